/** A scenario for a set time against a plane that is running; the plane is left as it is. */
import { randomUUID } from 'node:crypto';
import { CutoverError, throwIfAny } from '../../local/errors.ts';
import { LOGISTICS, type Mix } from '../systems.ts';
import { RECORD_VERSION, type RunRecord, type StageRecord } from '../verdict/record.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { entryListener, pathsNotReady } from './decide-mix.ts';
import { whatIsMissing } from './decide-steady.ts';
import { drainAndRead } from './drain.ts';
import { describeEnvironment } from './environment.ts';
import { Follower } from './follower.ts';
import { type CheckedLoad, type LoadDeps, runToEnd } from './load.ts';
import { LoadRun } from './load-run.ts';
import { servedRoutes } from './mix-keeper.ts';
import { planFor } from './plan.ts';
import { snapshotOf } from './snapshot.ts';
import { createSourceReader } from './sources.ts';

/** @throws CutoverError PLANE_NOT_RUNNING, TARGET_UNREACHABLE, or UNKNOWN_STAGE where no path is known for the stage */
export async function loadPlane(checked: CheckedLoad, deps: LoadDeps): Promise<RunRecord> {
  const { clock, k6, progress, signal } = deps;
  const { scenario, profile, seconds } = checked;
  const unsigned = checked.options.unsigned ?? false;
  const startedAtMs = clock.wallNow();
  const plane = await deps.connectPlane();
  let run: LoadRun | null = null;
  const meter = createCpuMeter(() => run?.pid ?? null, clock);
  const follower = new Follower({ plane, clock, generatorCores: meter, onStatus: () => undefined });
  await follower.start();
  try {
    const before = await follower.refresh();
    const mix = checked.mix ?? mixOf(before.stage);
    refuseUnserved(pathsNotReady(before, mix, mix, scenario === 'publish'));
    const baseUrl = entryListener(before)?.url ?? '';
    const plan = await planFor({
      plane,
      status: before,
      scenario,
      profile,
      unsigned,
      runId: randomUUID(),
      baseUrl,
      seconds,
    });
    const missing = whatIsMissing(before);
    run = await LoadRun.start({ k6, scenario, plan, routes: servedRoutes(mix, before), clock });
    const what = `${scenario} at the plane for ${seconds} s`;
    const { outcomes, generator } = await runToEnd(run, { clock, signal, progress, what });
    const after = await follower.refresh();
    const access = { endpoint: after.endpoints.aws, region: after.region };
    const reader = createSourceReader(access, LOGISTICS.ledger);
    const deliveries = (): ReturnType<typeof plane.deliveries> => plane.deliveries();
    const ledger = await drainAndRead({ outcomes, profile, clock, reader, deliveries, signal }).finally(() =>
      reader.close(),
    );
    const stage: StageRecord = {
      name: before.stage ?? 'plane',
      startedAtMs,
      steadyAtMs: missing.length === 0 ? startedAtMs : null,
      problem: missing.length === 0 ? null : `not steady when the load began: ${missing.join('; ')}`,
      steady: snapshotOf('before', startedAtMs, before),
      leaving: snapshotOf('after', clock.wallNow(), after),
    };
    const fidelity = await plane.fidelity();
    const environment = await describeEnvironment(k6);
    return {
      version: RECORD_VERSION,
      scenario,
      system: LOGISTICS.name,
      profile,
      signed: !unsigned,
      target: 'plane',
      startedAtMs,
      endedAtMs: clock.wallNow(),
      clockRate: after.clockRate,
      environment,
      generator,
      outcomes,
      stages: [stage],
      deployments: follower.deployments,
      samples: follower.samples,
      events: follower.events,
      ledger,
      drill: null,
      fidelity,
      interrupted: false,
    };
  } finally {
    await follower.stop();
  }
}

function refuseUnserved(notReady: readonly string[]): void {
  throwIfAny(
    notReady.map((problem) => ({
      code: 'TARGET_UNREACHABLE' as const,
      message: `the plane cannot take orders at ${problem}`,
      fix: 'see ./cutover status for what its load balancer and topics serve, or name other paths with --path',
    })),
  );
}

function mixOf(stage: string | null): Mix {
  const mix = stage === null ? undefined : LOGISTICS.mixes[stage];
  if (mix) return mix;
  throw new CutoverError({
    code: 'UNKNOWN_STAGE',
    message: 'the running plane has no stage whose paths are known',
    value: stage,
    fix: 'name the paths to send orders to with --path',
  });
}
