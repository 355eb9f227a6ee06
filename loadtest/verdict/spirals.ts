/** Overload spirals of a run: health checks that end busy tasks faster than scaling brings others. Pure. */
import { longestSpans, type SpanKind, TARGET_BOOT } from '../../local/event-spans.ts';
import { detectSpirals, type Spiral } from '../../local/simulate/detect-spiral.ts';
import { spiralMinutesOf } from '../../local/simulate/spiral-minutes.ts';
import type { StatedSettings } from '../../local/simulate/spiral-settings.ts';
import type { EventRecord, RunRecord } from './record.ts';

export interface ServiceSpiral extends Spiral {
  readonly service: string;
}

/** A start that was not seen is taken to last so long, control seconds. */
const START_SECONDS = 30;

/** @returns none for a drill: its broken version is ended by health checks on purpose */
export function spiralsOf(record: RunRecord): ServiceSpiral[] {
  const settings = record.settings ?? {};
  if (record.drill || record.blueGreen?.kind === 'drill') return [];
  return Object.entries(settings).flatMap(([service, stated]) => spiralsOfService(record, service, stated));
}

function spiralsOfService(record: RunRecord, service: string, stated: StatedSettings): ServiceSpiral[] {
  const { startedAtMs, endedAtMs, clockRate, events, samples, stages } = record;
  const steady = stages.find((stage) => stage.steady)?.steady ?? null;
  const before = steady?.services.find((one) => one.name === service);
  const facts = { service, startedAtMs, endedAtMs, clockRate, events, samples };
  const minutes = spiralMinutesOf({ ...facts, desiredAtStart: before?.desiredCount ?? 0 });
  const isOnInstances = before?.launchType === 'EC2';
  const measured = {
    startSeconds: startSeconds(events, clockRate) ?? START_SECONDS,
    instanceSeconds: isOnInstances ? (instanceSeconds(events, clockRate) ?? 0) : 0,
  };
  return detectSpirals(minutes, { ...stated, ...measured }).map((spiral) => ({ service, ...spiral }));
}

/** The longest time from a target's registration to its first passed check, control seconds; null where none was seen. */
export function startSeconds(events: readonly EventRecord[], clockRate: number): number | null {
  return longestSeconds(events, clockRate, TARGET_BOOT);
}

/** The longest time from an instance's launch to its joining, control seconds; null where none was launched. */
export function instanceSeconds(events: readonly EventRecord[], clockRate: number): number | null {
  return longestSeconds(events, clockRate, INSTANCE_BOOT);
}

const INSTANCE_BOOT: SpanKind = { begin: 'INSTANCE_LAUNCHED', end: 'INSTANCE_ACTIVE', name: /(i-[0-9a-f]+)/ };

function longestSeconds(events: readonly EventRecord[], clockRate: number, kind: SpanKind): number | null {
  const spans = [...longestSpans(events, kind).values()];
  return spans.length > 0 ? (Math.max(...spans) / 1_000) * clockRate : null;
}

/** One sentence each, with the setting that would prevent it. */
export function spiralReasons(spirals: readonly ServiceSpiral[]): string[] {
  return spirals.map(({ service, message, suggestions }) => {
    const [first] = suggestions;
    const change = first
      ? `; ${first.suggested === null ? `add ${first.setting}` : `set ${first.setting} from ${first.value} to ${first.suggested}`}`
      : '';
    return `overload spiral of ${service}: ${message}${change}`;
  });
}
