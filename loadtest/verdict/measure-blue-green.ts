/** What a blue/green deployment of the run says. Pure. */
import type { BlueGreenStep } from './blue-green-record.ts';
import { type ForumRequest, requestsOf } from './forum-record.ts';
import { excludeAll, type Measurement, type Some } from './measurement.ts';
import type { RunRecord } from './record.ts';
import { answersBeforeTraffic, blueKeptSeconds, failedAtMs, guardOf, ownEvents, phaseMixes } from './shift.ts';

const BLUE_GREEN_CRITERIA = [
  'version-mix',
  'green-before-hook',
  'failed-hooks',
  'blue-kept',
  'right-guard',
  'rollback-time',
] as const;

export function measureBlueGreen(record: RunRecord): Some<(typeof BLUE_GREEN_CRITERIA)[number]> {
  const { blueGreen: step, clockRate } = record;
  if (!step) return excludeAll(BLUE_GREEN_CRITERIA, 'nothing was deployed blue/green');
  if (step.deploymentId === null) return excludeAll(BLUE_GREEN_CRITERIA, 'the deployment did not begin');
  const requests = record.forum ? requestsOf(record.forum) : null;
  return {
    'version-mix': requests ? measureMix(step, requests, record.endedAtMs) : NO_ANSWERS,
    'green-before-hook': requests ? measureEarly(step, requests) : NO_ANSWERS,
    'failed-hooks': measureHooks(step),
    'blue-kept': measureBlueKept(step, clockRate),
    'right-guard': measureGuard(step),
    'rollback-time': measureRollbackTime(step, clockRate),
  };
}

const NO_ANSWERS: Measurement = { excluded: 'nothing was asked of the deployed service' };

/** Of shifts by steps, the thinnest step has the say; where all moves at once, the thinner side of it. */
function measureMix(step: BlueGreenStep, requests: readonly ForumRequest[], endMs: number): Measurement {
  if (step.kind === 'drill') return { excluded: 'a drill cuts the shift short' };
  const phases = phaseMixes(step, requests, endMs);
  const split = phases.filter((phase) => phase.greenPercent > 0 && phase.greenPercent < 100);
  const gaps = phases.flatMap(({ greenPercent, greenSharePercent }) =>
    greenSharePercent === null ? [] : [Math.abs(greenSharePercent - greenPercent)],
  );
  const counts = (split.length > 0 ? split : phases).map((phase) => phase.answers);
  const samples = counts.length > 0 ? Math.min(...counts) : 0;
  return { value: gaps.length > 0 ? Math.max(...gaps) : null, samples };
}

function measureEarly(step: BlueGreenStep, requests: readonly ForumRequest[]): Measurement {
  const { answers, green } = answersBeforeTraffic(step, requests);
  return { value: answers > 0 ? green : null, samples: answers };
}

function measureHooks(step: BlueGreenStep): Measurement {
  const reached = step.kind === 'deploy' || step.fault === 'alarm' || step.fault === 'stop';
  if (!reached) return { excluded: 'the drill was to end before its hooks had all succeeded' };
  const hooks = ownEvents(step).filter((event) => event.hook !== null);
  if (hooks.length === 0) return { excluded: 'no hook ran' };
  const ran = hooks.filter((event) => event.startedAtMs !== null);
  return {
    value: ran.length > 0 ? ran.filter((event) => event.status !== 'Succeeded').length : null,
    samples: ran.length,
  };
}

function measureBlueKept(step: BlueGreenStep, clockRate: number): Measurement {
  if (step.kind === 'drill') return { excluded: 'a drill ends the new version, not the old one' };
  if (step.status !== 'Succeeded') return { excluded: 'the deployment did not succeed' };
  if (step.blueWaitMinutes === null) return { excluded: 'the old version is kept for good' };
  const kept = blueKeptSeconds(step, clockRate);
  return {
    value: kept === null ? null : Math.max(0, step.blueWaitMinutes * 60 - kept),
    samples: kept === null ? 0 : 1,
  };
}

function measureGuard(step: BlueGreenStep): Measurement {
  if (step.kind === 'deploy') return { excluded: 'no drill' };
  const guard = guardOf(step);
  const right = guard !== null && (step.expectedGuards.length === 0 || step.expectedGuards.includes(guard));
  return { value: right ? 0 : 1, samples: 1 };
}

function measureRollbackTime(step: BlueGreenStep, clockRate: number): Measurement {
  const from = failedAtMs(step);
  if (step.kind === 'deploy' && from === null) return { excluded: 'nothing was to be rolled back' };
  if (from === null || step.settledAtMs === null) return { value: null, samples: 0 };
  return { value: (Math.max(0, step.settledAtMs - from) / 1_000) * clockRate, samples: 1 };
}
