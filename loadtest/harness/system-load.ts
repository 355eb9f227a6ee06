/** The load of one system during a rehearsal: its generator, and the mix that it sends. */
import type { Clock } from '../../local/run/clock.ts';
import type { Status } from '../../local/status.ts';
import type { Profile } from '../profiles.ts';
import { focusOn, type Mix, type System, shareOf } from '../systems.ts';
import type { ScenarioName } from '../verdict/record.ts';
import { entryListener, pathsNotReady } from './decide-mix.ts';
import { createLog, type EndedLoad, type KindLog, NOT_STARTED } from './load-kinds.ts';
import { LoadRun } from './load-run.ts';
import { MixKeeper, servedRoutes } from './mix-keeper.ts';
import { planFor } from './plan.ts';
import type { PlaneClient } from './plane-client.ts';

export interface LoadSpec {
  readonly system: System;
  readonly scenario: ScenarioName;
  readonly profile: Profile;
  readonly unsigned: boolean;
}

export interface LoadStart {
  readonly plane: PlaneClient;
  readonly status: Status;
  readonly stage: string;
  readonly k6: string;
  readonly runId: string;
  readonly clock: Clock;
  progress(line: string): void;
  readonly signal: AbortSignal;
}

export class SystemLoad {
  readonly spec: LoadSpec;
  readonly log: KindLog;
  #run: LoadRun | null = null;
  #mix: MixKeeper | null = null;

  constructor(spec: LoadSpec) {
    this.spec = spec;
    this.log = createLog(spec.scenario);
  }

  get pid(): number | null {
    return this.#run?.pid ?? null;
  }

  /** Why the first stage's mix cannot be sent yet. */
  missingAt(stage: string, status: Status): string[] {
    const mix = this.#mixOf(stage);
    const { system, scenario } = this.spec;
    return pathsNotReady(status, { system, current: mix, next: mix, throughTopics: scenario === 'publish' });
  }

  /** Resolves when the first order or request has been sent. @returns a promise that resolves when k6 ends */
  async start(start: LoadStart): Promise<{ readonly ended: Promise<unknown> }> {
    const { plane, status, stage, k6, runId, clock, progress, signal } = start;
    const { system, scenario, profile, unsigned } = this.spec;
    const first = this.#mixOf(stage);
    const baseUrl = entryListener(status, system)?.url ?? '';
    const plan = await planFor({ plane, status, scenario, profile, unsigned, runId, baseUrl });
    const run = await LoadRun.start({ k6, scenario, plan, routes: servedRoutes(first, status), log: this.log, clock });
    this.#run = run;
    this.#mix = new MixKeeper({
      system,
      first,
      throughTopics: scenario === 'publish',
      serve: (routes) => {
        run.setRoutes(routes);
        progress(`load: ${scenario} now goes to ${routes.map((route) => route.path).join(', ')}`);
      },
    });
    await run.firstSent(signal);
    progress(`load: ${scenario}, profile ${profile.name} (${profile.summary})`);
    return { ended: run.ended };
  }

  /** Moves to the stage's mix as soon as it can be served. */
  awaitStage(stage: string): void {
    this.#mix?.await(this.#mixOf(stage));
  }

  /** Most of the requests to one service's paths from now on. @returns how many a second that will be */
  focus(service: string, stage: string, status: Status): number {
    const mix = focusOn(this.#mixOf(stage), service);
    this.#run?.setRoutes(servedRoutes(mix, status));
    return shareOf(mix, service) * this.spec.profile.ratePerSecond;
  }

  get isWaiting(): boolean {
    return this.#mix?.isWaiting ?? false;
  }

  get waitingFor(): readonly string[] {
    return this.#mix?.waitingFor ?? [];
  }

  observe(status: Status): void {
    this.#mix?.observe(status);
  }

  /** Nothing further is sent; what is in flight ends first. */
  async finish(): Promise<EndedLoad> {
    const run = this.#run;
    this.#run = null;
    const generator = (await run?.finish()) ?? NOT_STARTED;
    const { scenario, profile, unsigned } = this.spec;
    return { scenario, profile, signed: !unsigned, generator, log: this.log };
  }

  /** At once. Idempotent. */
  async abandon(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.abandon();
  }

  #mixOf(stage: string): Mix {
    return this.spec.system.mixes[stage] ?? [];
  }
}
