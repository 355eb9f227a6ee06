/** One rehearsal from plane to record, step by step. */
import type { Status } from '../../local/status.ts';
import { type Pace, paceOf } from '../profiles.ts';
import { RECORD_VERSION, type RunRecord, type StageRecord } from '../verdict/record.ts';
import { BlueGreenRun, isBlueGreen } from './blue-green-run.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { whatIsMissing } from './decide-steady.ts';
import type { DeployClient } from './deploy-client.ts';
import { runDrill } from './drill.ts';
import { endLoads } from './end-loads.ts';
import { describeEnvironment } from './environment.ts';
import { Follower } from './follower.ts';
import { runKill } from './kill-run.ts';
import type { PlaneClient } from './plane-client.ts';
import type { RehearseDeps, RehearseOptions } from './rehearse.ts';
import { ScalingRun } from './scaling-run.ts';
import { addSilentHook } from './silent-hook.ts';
import { snapshotOf } from './snapshot.ts';
import { applyStage, leaveStage, type StageContext } from './stage-step.ts';
import { type LoadSpec, SystemLoad } from './system-load.ts';

export type RehearsalOptions = RehearseOptions & {
  readonly loads: readonly LoadSpec[];
  readonly stages: readonly string[];
  readonly runId: string;
};

export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #deps: RehearseDeps;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #loads: readonly SystemLoad[];
  readonly #pace: Pace;
  /** Stage → its cdktf output; `drill` is the first stage with the drill's tag. */
  readonly #dirs = new Map<string, string>();
  readonly #stages: StageRecord[] = [];
  #plane: PlaneClient | null = null;
  #follower: Follower | null = null;
  #drill: RunRecord['drill'] = null;
  #blueGreen: BlueGreenRun | null = null;
  #deployer: DeployClient | null = null;
  #scaling: ScalingRun | null = null;
  #kill: RunRecord['kill'] = null;
  /** As it was before the load. */
  #baseline: { status: Status; atMs: number } | null = null;

  constructor(options: RehearsalOptions, deps: RehearseDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#signal = AbortSignal.any([deps.signal, this.#stop.signal]);
    this.#loads = options.loads.map((spec) => new SystemLoad(spec));
    this.#pace = paceOf(options.loads.map((load) => load.profile));
  }

  async run(): Promise<RunRecord> {
    const { clock, k6 } = this.#deps;
    const startedAtMs = clock.wallNow();
    const environment = await describeEnvironment(k6);
    await this.#synthAll();
    this.#stages.push(await this.#firstStage());
    let interrupted = false;
    if (this.#stages[0]?.problem === null) {
      await this.#synthDrill();
      await this.#startLoads(this.#stages[0].name);
      try {
        await this.#changes();
      } catch (error) {
        this.#deps.signal.throwIfAborted();
        // However the step put it, the load's end is what ended it.
        if (!this.#stop.signal.aborted) throw error;
        interrupted = true;
      }
    }
    return this.#finish({ startedAtMs, environment, interrupted });
  }

  /** Ends whatever still runs. Idempotent. */
  async close(): Promise<void> {
    await this.#follower?.stop();
    for (const load of this.#loads) await load.abandon();
    this.#deployer?.close();
    await this.#plane?.down();
    this.#plane = null;
  }

  /** Everything is synthesized and built before the load starts, so that neither competes with it. */
  async #synthAll(): Promise<void> {
    for (const stage of this.#options.stages) {
      this.#deps.progress(`synth ${stage}`);
      this.#dirs.set(stage, await this.#deps.synth(stage));
      this.#signal.throwIfAborted();
    }
    for (const dir of this.#dirs.values()) await this.#deps.buildImages?.(dir);
    this.#signal.throwIfAborted();
    if (this.#options.drill?.fault === 'silent-hook') await addSilentHook(this.#dirOf(this.#options.from));
  }

  /** A rolling drill is the first stage with another tag; a blue/green one is no matter of the stacks. */
  async #synthDrill(): Promise<void> {
    const { drill, from } = this.#options;
    if (!drill || isBlueGreen(await this.#following.refresh(), drill.service)) return;
    this.#deps.progress(`synth ${from} with ${drill.service}:${drill.tag}`);
    const dir = await this.#deps.synth(from, { tags: { [drill.service]: drill.tag } });
    await this.#deps.buildImages?.(dir);
    this.#dirs.set('drill', dir);
  }

  async #firstStage(): Promise<StageRecord> {
    const { clock, progress, startPlane } = this.#deps;
    const name = this.#options.stages[0] as string;
    progress(`stage ${name}: starting the plane`);
    const startedAtMs = clock.wallNow();
    this.#plane = await startPlane(this.#dirOf(name), name);
    this.#signal.throwIfAborted();
    this.#follower = new Follower({
      plane: this.#plane,
      clock,
      generatorCores: createCpuMeter(() => this.#loads.flatMap((load) => load.pid ?? []), clock),
      onStatus: (status) => {
        for (const load of this.#loads) load.observe(status);
      },
    });
    await this.#follower.start();
    const missingIn = (status: Status): string[] => [
      ...whatIsMissing(status),
      ...this.#loads.flatMap((load) => load.missingAt(name, status)),
    ];
    const { steadyTimeoutSeconds } = this.#pace;
    const isReady = (status: Status): boolean => missingIn(status).length === 0;
    const status = await this.#follower.until(isReady, steadyTimeoutSeconds * 1_000, this.#signal);
    const steadyAtMs = status ? clock.wallNow() : null;
    const missing = status ? '' : missingIn(await this.#follower.refresh()).join('; ');
    if (steadyAtMs !== null)
      progress(`stage ${name}: steady after ${((steadyAtMs - startedAtMs) / 1_000).toFixed(1)} s`);
    return {
      name,
      startedAtMs,
      steadyAtMs,
      problem: status ? null : `not steady after ${steadyTimeoutSeconds} s: ${missing}`,
      steady: status ? snapshotOf(name, clock.wallNow(), status) : null,
      leaving: null,
    };
  }

  async #startLoads(stage: string): Promise<void> {
    const { clock, k6, progress } = this.#deps;
    const status = await this.#following.refresh();
    this.#baseline = { status, atMs: clock.wallNow() };
    const start = { plane: this.#plane as PlaneClient, status, stage, k6, clock, progress, signal: this.#signal };
    for (const load of this.#loads) {
      const { ended } = await load.start({ ...start, runId: this.#options.runId });
      void ended.then(() => this.#stop.abort(new Error('the load ended before the stages did')));
    }
  }

  async #changes(): Promise<void> {
    const { clock } = this.#deps;
    const { drill, deploy, stages, kill } = this.#options;
    const context = this.#context();
    if (await this.#scale(context)) return;
    await clock.sleep(this.#pace.warmUpSeconds * 1_000, this.#signal);
    if (kill) this.#kill = await runKill(kill, context);
    await leaveStage(this.#stages, context);
    if (kill) return;
    if (drill && this.#dirs.has('drill')) {
      this.#drill = await runDrill(drill, this.#dirOf('drill'), context);
      return;
    }
    for (const name of stages.slice(1)) {
      const stage = await applyStage(name, this.#dirOf(name), context);
      this.#stages.push(stage);
      if (stage.problem !== null) return;
      await clock.sleep(this.#pace.holdSeconds * 1_000, this.#signal);
      await leaveStage(this.#stages, context);
    }
    if (drill) await this.#runBlueGreen('drill', context);
    else if (deploy) await this.#runBlueGreen('deploy', context);
  }

  /** @returns false where no load is about scaling */
  async #scale(context: StageContext): Promise<boolean> {
    const shape = this.#options.loads.find((load) => load.profile.scaling)?.profile.scaling;
    if (!shape || !this.#baseline) return false;
    const { status: baseline, atMs: baselineAtMs } = this.#baseline;
    const plan = { shape, clockRate: baseline.clockRate, loadStartMs: context.clock.wallNow(), baseline, baselineAtMs };
    this.#scaling = new ScalingRun(plan, context);
    await this.#scaling.run();
    await leaveStage(this.#stages, context);
    return true;
  }

  async #runBlueGreen(kind: 'deploy' | 'drill', context: StageContext): Promise<void> {
    const { drill, deploy, loads, stages } = this.#options;
    const { service, tag, config } = (drill ?? deploy) as NonNullable<typeof deploy>;
    const status = await context.follower.refresh();
    this.#deployer = this.#deps.deployClient({ endpoint: status.endpoints.aws, region: status.region });
    const system = (loads.find((load) => load.scenario === 'forum') ?? loads[0])?.system as LoadSpec['system'];
    const fault = drill?.fault ?? 'none';
    const timeoutMs = Math.max(...loads.map((load) => load.profile.maxSeconds)) * 1_000;
    const plan = { kind, fault, service, tag, system, stage: stages.at(-1) as string, timeoutMs };
    this.#blueGreen = new BlueGreenRun(
      { ...plan, ...(config ? { config } : {}) },
      { ...context, deployer: this.#deployer },
    );
    await this.#blueGreen.run();
  }

  async #finish(facts: Pick<RunRecord, 'startedAtMs' | 'environment' | 'interrupted'>): Promise<RunRecord> {
    const plane = this.#plane as PlaneClient;
    const { clock, progress, signal, sourceReader } = this.#deps;
    const status = await this.#following.refresh();
    const blueGreen = this.#blueGreen?.record() ?? null;
    const loads = await endLoads(this.#loads, {
      ...{ plane, status, clock, signal, progress, baseMs: facts.startedAtMs },
      ...(sourceReader ? { sourceReader } : {}),
    });
    const fidelity = await plane.fidelity();
    await this.#following.stop();
    return {
      version: RECORD_VERSION,
      system: this.#loads.length > 1 ? 'all' : (this.#loads[0]?.spec.system.name ?? ''),
      target: 'plane',
      ...facts,
      endedAtMs: clock.wallNow(),
      clockRate: status.clockRate,
      ...loads,
      stages: this.#stages,
      deployments: this.#following.deployments,
      samples: this.#following.samples,
      events: this.#following.events,
      drill: this.#drill,
      blueGreen,
      scaling: this.#scaling?.record() ?? null,
      kill: this.#kill,
      ...(await this.#settings()),
      fidelity,
    };
  }

  /** Of all stages that were reached; where they differ, the last one's. */
  async #settings(): Promise<Pick<RunRecord, 'settings'>> {
    const { settingsOf } = this.#deps;
    if (!settingsOf) return {};
    const each = await Promise.all(this.#stages.map(({ name }) => settingsOf(this.#dirOf(name))));
    return { settings: Object.assign({}, ...each) as NonNullable<RunRecord['settings']> };
  }

  #context(): StageContext {
    const { clock, progress } = this.#deps;
    return {
      ...{ plane: this.#plane as PlaneClient, follower: this.#following, loads: this.#loads },
      ...{ pace: this.#pace, clock, signal: this.#signal },
      progress: (line) => progress(line),
    };
  }

  get #following(): Follower {
    return this.#follower as Follower;
  }

  #dirOf(stage: string): string {
    return this.#dirs.get(stage) as string;
  }
}
