/** A scenario for a set time against a plane that is running; the plane is left as it is. */
import { randomUUID } from 'node:crypto';
import { CutoverError, throwIfAny } from '../../local/errors.ts';
import type { Status } from '../../local/status.ts';
import { longestSeconds } from '../scale-profiles.ts';
import type { Mix, System } from '../systems.ts';
import { type LedgerSources, RECORD_VERSION, type RunRecord, type StageRecord } from '../verdict/record.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { entryListener, pathsNotReady } from './decide-mix.ts';
import { whatIsMissing } from './decide-steady.ts';
import { drainAndRead } from './drain.ts';
import { describeEnvironment } from './environment.ts';
import { Follower } from './follower.ts';
import { atTargetsClock, type CheckedLoad, type LoadDeps, runToEnd } from './load.ts';
import { createLog, type KindLog, recordLoads } from './load-kinds.ts';
import { LoadRun } from './load-run.ts';
import { followScaling, type ScalingLoad, shapeOf } from './load-scaling.ts';
import { servedRoutes } from './mix-keeper.ts';
import { OutcomeLog } from './outcome-log.ts';
import { planFor } from './plan.ts';
import type { PlaneClient } from './plane-client.ts';
import { checkProfile } from './rehearse.ts';
import { snapshotOf } from './snapshot.ts';
import { createSourceReader } from './sources.ts';

/** @throws CutoverError PLANE_NOT_RUNNING, TARGET_UNREACHABLE, or UNKNOWN_STAGE where no path is known for the stage */
export async function loadPlane(given: CheckedLoad, deps: LoadDeps): Promise<RunRecord> {
  const { clock, k6, progress, signal } = deps;
  const unsigned = given.options.unsigned ?? false;
  const startedAtMs = clock.wallNow();
  const plane = await deps.connectPlane();
  let run: LoadRun | null = null;
  const meter = createCpuMeter(() => (run ? [run.pid] : []), clock);
  const follower = new Follower({ plane, clock, generatorCores: meter, onStatus: () => undefined });
  await follower.start();
  try {
    const before = await follower.refresh();
    const checked = atTargetsClock(given, before.clockRate);
    const { scenario, system, profile } = checked;
    checkProfile(profile);
    const shape = shapeOf(checked);
    const seconds = shape ? longestSeconds(shape, before.clockRate) : checked.seconds;
    const mix = checked.mix ?? mixOf(system, before.stage);
    refuseUnserved(pathsNotReady(before, { system, current: mix, next: mix, throughTopics: scenario === 'publish' }));
    const baseUrl = entryListener(before, system)?.url ?? '';
    const input = { plane, status: before, scenario, profile, unsigned, baseUrl, seconds };
    const plan = await planFor({ ...input, runId: randomUUID() });
    const log = createLog(scenario);
    run = await LoadRun.start({ k6, scenario, plan, routes: servedRoutes(mix, before), log, clock });
    const plain = async (started: LoadRun): Promise<Pick<ScalingLoad, 'generator'>> =>
      runToEnd(started, { clock, signal, progress, what: `${scenario} at the plane for ${seconds} s` });
    const baseline = { clockRate: before.clockRate, baseline: before, baselineAtMs: clock.wallNow() };
    const ended: Pick<ScalingLoad, 'generator'> & Partial<ScalingLoad> = shape
      ? await followScaling(run, { shape, ...baseline }, { clock, signal, progress, follower })
      : await plain(run);
    const { generator, scaling = null, interrupted = false } = ended;
    const after = await follower.refresh();
    const ledger = await ledgerOf(checked, log, { plane, after, deps });
    const fidelity = await plane.fidelity();
    const environment = await describeEnvironment(k6);
    return {
      version: RECORD_VERSION,
      system: system.name,
      target: 'plane',
      startedAtMs,
      endedAtMs: clock.wallNow(),
      clockRate: after.clockRate,
      environment,
      ...recordLoads([{ scenario, profile, signed: !unsigned, generator, log }], ledger, startedAtMs),
      stages: [stageOf({ before, after, startedAtMs, endedAtMs: clock.wallNow() })],
      deployments: follower.deployments,
      samples: follower.samples,
      events: follower.events,
      drill: null,
      blueGreen: null,
      scaling,
      fidelity,
      interrupted,
    };
  } finally {
    await follower.stop();
  }
}

function stageOf(seen: { before: Status; after: Status; startedAtMs: number; endedAtMs: number }): StageRecord {
  const { before, after, startedAtMs, endedAtMs } = seen;
  const missing = whatIsMissing(before);
  return {
    name: before.stage ?? 'plane',
    startedAtMs,
    steadyAtMs: missing.length === 0 ? startedAtMs : null,
    problem: missing.length === 0 ? null : `not steady when the load began: ${missing.join('; ')}`,
    steady: snapshotOf('before', startedAtMs, before),
    leaving: snapshotOf('after', endedAtMs, after),
  };
}

async function ledgerOf(
  { system, profile }: CheckedLoad,
  log: KindLog,
  { plane, after, deps }: { plane: PlaneClient; after: Status; deps: LoadDeps },
): Promise<LedgerSources> {
  if (!(log instanceof OutcomeLog) || !system.ledger) return { available: false, reason: 'no orders' };
  const reader = createSourceReader({ endpoint: after.endpoints.aws, region: after.region }, system.ledger);
  const deliveries = (): ReturnType<typeof plane.deliveries> => plane.deliveries();
  const { clock, signal } = deps;
  return drainAndRead({ outcomes: log.outcomes(), profile, clock, reader, deliveries, signal }).finally(() =>
    reader.close(),
  );
}

function refuseUnserved(notReady: readonly string[]): void {
  throwIfAny(
    notReady.map((problem) => ({
      code: 'TARGET_UNREACHABLE' as const,
      message: `the plane cannot serve ${problem}`,
      fix: 'see ./cutover status for what its load balancer and topics serve, or name other paths with --path',
    })),
  );
}

function mixOf(system: System, stage: string | null): Mix {
  const mix = stage === null ? undefined : system.mixes[stage];
  if (mix) return mix;
  throw new CutoverError({
    code: 'UNKNOWN_STAGE',
    message: 'the running plane has no stage whose paths are known',
    value: stage,
    fix: 'name the paths to send orders to with --path',
  });
}
