/** One rehearsal from plane to record, step by step. */
import type { Status } from '../../local/status.ts';
import { RECORD_VERSION, type RunRecord, type ScenarioName, type StageRecord } from '../verdict/record.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { entryListener, pathsNotReady } from './decide-mix.ts';
import { whatIsMissing } from './decide-steady.ts';
import { drainAndRead } from './drain.ts';
import { runDrill } from './drill.ts';
import { describeEnvironment } from './environment.ts';
import { Follower } from './follower.ts';
import { LoadRun } from './load-run.ts';
import { MixKeeper, servedRoutes } from './mix-keeper.ts';
import { planFor } from './plan.ts';
import type { PlaneClient } from './plane-client.ts';
import type { RehearseDeps, RehearseOptions } from './rehearse.ts';
import { snapshotOf } from './snapshot.ts';
import { createSourceReader } from './sources.ts';
import { applyStage, type StageContext } from './stage-step.ts';

export type RehearsalOptions = RehearseOptions & {
  readonly scenario: ScenarioName;
  readonly stages: readonly string[];
  readonly runId: string;
};

export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #deps: RehearseDeps;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #plane: PlaneClient | null = null;
  #follower: Follower | null = null;
  #load: LoadRun | null = null;
  #mix: MixKeeper | null = null;

  constructor(options: RehearsalOptions, deps: RehearseDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#signal = AbortSignal.any([deps.signal, this.#stop.signal]);
  }

  async run(): Promise<RunRecord> {
    const { clock, k6 } = this.#deps;
    const startedAtMs = clock.wallNow();
    const environment = await describeEnvironment(k6);
    const dirs = await this.#synthAll();
    const stages = [await this.#firstStage(dirs)];
    let drill: RunRecord['drill'] = null;
    let interrupted = false;
    if (stages[0]?.problem === null) {
      await this.#startLoad(stages[0].name);
      try {
        drill = await this.#changes(stages, dirs);
      } catch (error) {
        this.#deps.signal.throwIfAborted();
        // However the step put it, the load's end is what ended it.
        if (!this.#stop.signal.aborted) throw error;
        interrupted = true;
      }
    }
    return this.#finish({ startedAtMs, environment, stages, drill, interrupted });
  }

  /** Ends whatever still runs. Idempotent. */
  async close(): Promise<void> {
    await this.#follower?.stop();
    await this.#load?.abandon();
    this.#load = null;
    await this.#plane?.down();
    this.#plane = null;
  }

  /** Everything is synthesized before the load starts, so that the synth does not compete with it. */
  async #synthAll(): Promise<Map<string, string>> {
    const dirs = new Map<string, string>();
    const { drill, stages } = this.#options;
    for (const stage of stages) {
      this.#deps.progress(`synth ${stage}`);
      dirs.set(stage, await this.#deps.synth(stage));
      this.#signal.throwIfAborted();
    }
    if (drill) {
      this.#deps.progress(`synth ${this.#options.from} with ${drill.service}:${drill.tag}`);
      const tags = { [drill.service]: drill.tag };
      dirs.set('drill', await this.#deps.synth(this.#options.from, { tags }));
    }
    return dirs;
  }

  async #firstStage(dirs: ReadonlyMap<string, string>): Promise<StageRecord> {
    const { clock, progress, startPlane } = this.#deps;
    const name = this.#options.stages[0] as string;
    progress(`stage ${name}: starting the plane`);
    const startedAtMs = clock.wallNow();
    this.#plane = await startPlane(dirs.get(name) as string, name);
    this.#signal.throwIfAborted();
    this.#follower = new Follower({
      plane: this.#plane,
      clock,
      generatorCores: createCpuMeter(() => this.#load?.pid ?? null, clock),
      onStatus: (status) => this.#mix?.observe(status),
    });
    await this.#follower.start();
    const timeoutSeconds = this.#options.profile.steadyTimeoutSeconds;
    const { scenario, system } = this.#options;
    const mix = system.mixes[name] ?? [];
    const missingIn = (status: Status): string[] => [
      ...whatIsMissing(status),
      ...pathsNotReady(status, mix, mix, scenario === 'publish'),
    ];
    const isReady = (status: Status): boolean => missingIn(status).length === 0;
    const status = await this.#follower.until(isReady, timeoutSeconds * 1_000, this.#signal);
    if (!status) {
      const missing = missingIn(await this.#follower.refresh()).join('; ');
      const problem = `not steady after ${timeoutSeconds} s: ${missing}`;
      return { name, startedAtMs, steadyAtMs: null, problem, steady: null, leaving: null };
    }
    const steadyAtMs = clock.wallNow();
    progress(`stage ${name}: steady after ${((steadyAtMs - startedAtMs) / 1_000).toFixed(1)} s`);
    return {
      name,
      startedAtMs,
      steadyAtMs,
      problem: null,
      steady: snapshotOf(name, steadyAtMs, status),
      leaving: null,
    };
  }

  async #startLoad(stage: string): Promise<void> {
    const { clock, k6, progress } = this.#deps;
    const { scenario, profile, system } = this.#options;
    const plane = this.#plane as PlaneClient;
    const status = await (this.#follower as Follower).refresh();
    const mix = system.mixes[stage] ?? [];
    const plan = await planFor({ ...this.#options, plane, status, baseUrl: entryListener(status)?.url ?? '' });
    this.#load = await LoadRun.start({ k6, scenario, plan, routes: servedRoutes(mix, status), clock });
    const load = this.#load;
    this.#mix = new MixKeeper(mix, scenario === 'publish', (routes) => {
      load.setRoutes(routes);
      progress(`load: orders now go to ${routes.map((route) => route.path).join(', ')}`);
    });
    await load.firstOrder(this.#signal);
    void load.ended.then(() => this.#stop.abort(new Error('the load ended before the stages did')));
    progress(`load: ${scenario}, profile ${profile.name} (${profile.summary})`);
  }

  async #changes(stages: StageRecord[], dirs: ReadonlyMap<string, string>): Promise<RunRecord['drill']> {
    const { clock, progress } = this.#deps;
    const { drill, profile } = this.#options;
    const context: StageContext = {
      plane: this.#plane as PlaneClient,
      follower: this.#follower as Follower,
      mix: this.#mix as MixKeeper,
      system: this.#options.system,
      profile,
      clock,
      progress,
      signal: this.#signal,
    };
    await clock.sleep(profile.warmUpSeconds * 1_000, this.#signal);
    await leave(stages, context);
    if (drill) return runDrill(drill, dirs.get('drill') as string, context);
    for (const name of this.#options.stages.slice(1)) {
      const stage = await applyStage(name, dirs.get(name) as string, context);
      stages.push(stage);
      if (stage.problem !== null) break;
      await clock.sleep(profile.holdSeconds * 1_000, this.#signal);
      await leave(stages, context);
    }
    return null;
  }

  async #finish(
    facts: Pick<RunRecord, 'startedAtMs' | 'environment' | 'stages' | 'drill' | 'interrupted'>,
  ): Promise<RunRecord> {
    const { clock, progress, signal } = this.#deps;
    const { scenario, system, profile } = this.#options;
    const plane = this.#plane as PlaneClient;
    const follower = this.#follower as Follower;
    const load = this.#load;
    this.#load = null;
    progress('load: ending, orders in flight first');
    const noLoad = { exitCode: null, droppedIterations: 0, problem: null, startedAtMs: null, endedAtMs: null };
    const { outcomes, generator } = (await load?.finish()) ?? { outcomes: [], generator: noLoad };
    progress(`ledger: following ${outcomes.length} orders`);
    const status = await follower.refresh();
    const access = { endpoint: status.endpoints.aws, region: status.region };
    const reader = (this.#deps.sourceReader ?? createSourceReader)(access, system.ledger);
    const deliveries = (): ReturnType<PlaneClient['deliveries']> => plane.deliveries();
    const ledger = await drainAndRead({ outcomes, profile, clock, reader, deliveries, signal }).finally(() =>
      reader.close(),
    );
    const fidelity = await plane.fidelity();
    await follower.stop();
    return {
      version: RECORD_VERSION,
      ...facts,
      scenario,
      system: system.name,
      profile,
      signed: !this.#options.unsigned,
      target: 'plane',
      endedAtMs: clock.wallNow(),
      clockRate: status.clockRate,
      generator,
      outcomes,
      deployments: follower.deployments,
      samples: follower.samples,
      events: follower.events,
      ledger,
      fidelity,
    };
  }
}

/** Notes how the current stage looks just before it is left. */
async function leave(stages: StageRecord[], context: StageContext): Promise<void> {
  const current = stages.pop();
  if (!current) return;
  const status = await context.follower.refresh();
  stages.push({ ...current, leaving: snapshotOf(current.name, context.clock.wallNow(), status) });
}
