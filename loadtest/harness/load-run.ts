/** One stretch of load: the control server, k6 and what it tells, from start to a graceful end. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import { makeScratch } from '../../local/scratch.ts';
import type { GeneratorRecord, ScenarioName } from '../verdict/record.ts';
import { type ControlServer, type ServedRoute, startControlServer } from './control-server.ts';
import { type Generator, type GeneratorEnd, startGenerator, throwIfUnreachable } from './k6.ts';
import { LineTail, type LoadLog } from './line-tail.ts';
import { createOrderMaker } from './order-maker.ts';
import type { RunPlan } from './plan.ts';

const POLL_MS = 100;

export interface LoadRunOptions {
  readonly k6: string;
  readonly scenario: ScenarioName;
  readonly plan: RunPlan;
  readonly routes: readonly ServedRoute[];
  /** Takes the lines that the scenario writes. */
  readonly log: LoadLog;
  readonly clock: Clock;
}

export class LoadRun {
  readonly #clock: Clock;
  readonly #control: ControlServer;
  readonly #generator: Generator;
  readonly #log: LoadLog;
  readonly #tail: LineTail;
  readonly #workDir: string;
  readonly #timeoutMs: number;
  readonly #quietPolls: number;
  readonly startedAtMs: number;

  private constructor(
    options: LoadRunOptions,
    parts: { control: ControlServer; generator: Generator; workDir: string },
  ) {
    const { timeoutSeconds, mixMaxAgeMs } = options.plan.profile;
    this.#clock = options.clock;
    this.#control = parts.control;
    this.#generator = parts.generator;
    this.#workDir = parts.workDir;
    this.#timeoutMs = timeoutSeconds * 1_000;
    // Virtual users may act on an older word for that long.
    this.#quietPolls = 2 + Math.ceil(mixMaxAgeMs / POLL_MS);
    this.#log = options.log;
    this.#tail = new LineTail(parts.generator.outcomesFile, (line) => options.log.take(line));
    this.startedAtMs = options.clock.wallNow();
  }

  /** @throws CutoverError TOOL_MISSING where k6 does not start */
  static async start(options: LoadRunOptions): Promise<LoadRun> {
    const { clock } = options;
    const workDir = await makeScratch('load');
    let control: ControlServer | null = null;
    try {
      const { runId, signing, topicArn, ...rest } = options.plan;
      const makeOrder = createOrderMaker({ runId, signing, topicArn });
      control = await startControlServer(options.routes, { makeOrder, now: () => clock.wallNow() });
      const plan = { ...rest, signed: signing !== null, controlUrl: control.url };
      const generator = await startGenerator({ binary: options.k6, scenario: options.scenario, plan, workDir, clock });
      return new LoadRun(options, { control, generator, workDir });
    } catch (error) {
      await control?.close();
      await rm(workDir, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number {
    return this.#generator.pid;
  }

  get ended(): Promise<GeneratorEnd> {
    return this.#generator.ended;
  }

  setRoutes(routes: readonly ServedRoute[]): void {
    this.#control.setRoutes(routes);
  }

  /**
   * Resolves when the first order or request has been sent.
   *
   * @throws CutoverError TARGET_UNREACHABLE where the scenario refused its target, or sent nothing in twice the time-out
   */
  async firstSent(signal: AbortSignal): Promise<void> {
    let end: GeneratorEnd | null = null;
    void this.ended.then((e) => {
      end = e;
    });
    const latest = this.#clock.monotonicMs() + 2 * this.#timeoutMs;
    while (this.#log.sent === 0 && end === null) {
      if (this.#clock.monotonicMs() > latest) throw nothingSent(2 * this.#timeoutMs);
      await this.#clock.sleep(POLL_MS, signal);
      await this.#tail.read();
    }
    if (end !== null) throwIfUnreachable(end);
    // k6 has it in memory, for later virtual users too: a secret must not stay behind if this process is killed.
    await rm(join(this.#workDir, 'plan.json'), { force: true });
  }

  /** Nothing further is sent; waits for what is in flight (at most the request time-out); then ends k6 and clears up. */
  async finish(): Promise<GeneratorRecord> {
    this.#control.stopLoad();
    const latest = this.#clock.monotonicMs() + this.#timeoutMs + this.#quietPolls * POLL_MS;
    let quiet = 0;
    let sent = -1;
    while (quiet < this.#quietPolls && this.#clock.monotonicMs() < latest) {
      await this.#tail.read();
      quiet = this.#log.inFlight === 0 && this.#log.sent === sent ? quiet + 1 : 0;
      sent = this.#log.sent;
      await this.#clock.sleep(POLL_MS);
    }
    const end = await this.#generator.stop();
    await this.#tail.read();
    await this.#close();
    return { ...end, startedAtMs: this.startedAtMs, endedAtMs: this.#clock.wallNow() };
  }

  /** Ends everything at once, for Ctrl-C. */
  async abandon(): Promise<void> {
    await this.#generator.kill();
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#tail.close();
    await this.#control.close();
    await rm(this.#workDir, { recursive: true, force: true });
  }
}

function nothingSent(waitedMs: number): CutoverError {
  return new CutoverError({
    code: 'TARGET_UNREACHABLE',
    message: `k6 has sent nothing after ${waitedMs / 1_000} s`,
    fix: 'see whether the target answers at all, and whether the machine has CPU to spare',
  });
}
