/** One stretch of load: the control server, k6 and its outcomes, from start to a graceful end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { LoadPlan } from '../scenarios/lib/options.ts';
import type { Outcome, RunRecord, ScenarioName } from '../verdict/record.ts';
import { type ControlServer, type ServedRoute, startControlServer } from './control-server.ts';
import { type Generator, type GeneratorEnd, startGenerator, throwIfUnreachable } from './k6.ts';
import { OutcomeLog } from './outcome-log.ts';

const POLL_MS = 100;

export interface LoadRunOptions {
  readonly k6: string;
  readonly scenario: ScenarioName;
  readonly plan: Omit<LoadPlan, 'summaryFile' | 'controlUrl'>;
  readonly routes: readonly ServedRoute[];
  readonly clock: Clock;
}

export class LoadRun {
  readonly #clock: Clock;
  readonly #control: ControlServer;
  readonly #generator: Generator;
  readonly #log: OutcomeLog;
  readonly #workDir: string;
  readonly #timeoutMs: number;
  readonly startedAtMs: number;

  private constructor(parts: {
    clock: Clock;
    control: ControlServer;
    generator: Generator;
    workDir: string;
    timeoutMs: number;
  }) {
    this.#clock = parts.clock;
    this.#control = parts.control;
    this.#generator = parts.generator;
    this.#workDir = parts.workDir;
    this.#timeoutMs = parts.timeoutMs;
    this.#log = new OutcomeLog(parts.generator.outcomesFile);
    this.startedAtMs = parts.clock.wallNow();
  }

  /** @throws CutoverError TOOL_MISSING where k6 does not start */
  static async start(options: LoadRunOptions): Promise<LoadRun> {
    const { clock } = options;
    const workDir = await mkdtemp(join(tmpdir(), 'cutover-load-'));
    let control: ControlServer | null = null;
    try {
      control = await startControlServer(options.routes);
      const plan = { ...options.plan, controlUrl: control.url };
      const generator = await startGenerator({ binary: options.k6, scenario: options.scenario, plan, workDir, clock });
      const timeoutMs = options.plan.profile.timeoutSeconds * 1_000;
      return new LoadRun({ clock, control, generator, workDir, timeoutMs });
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
   * Resolves when the first order has been sent.
   *
   * @throws CutoverError TARGET_UNREACHABLE where the scenario refused its target, or sent nothing in twice the time-out
   */
  async firstOrder(signal: AbortSignal): Promise<void> {
    let end: GeneratorEnd | null = null;
    void this.ended.then((e) => {
      end = e;
    });
    const latest = this.#clock.monotonicMs() + 2 * this.#timeoutMs;
    while (this.#log.sent === 0 && end === null) {
      if (this.#clock.monotonicMs() > latest) throw noOrder(2 * this.#timeoutMs);
      await this.#clock.sleep(POLL_MS, signal);
      await this.#log.read();
    }
    if (end !== null) throwIfUnreachable(end);
    // k6 has it in memory, for later virtual users too: a key must not stay behind if this process is killed.
    await rm(join(this.#workDir, 'plan.json'), { force: true });
  }

  /** No further order; waits for those in flight (at most the request time-out); then ends k6 and clears up. */
  async finish(): Promise<{ outcomes: Outcome[]; generator: RunRecord['generator'] }> {
    this.#control.stopLoad();
    const latest = this.#clock.monotonicMs() + this.#timeoutMs + 1_000;
    let quiet = 0;
    let sent = -1;
    // Virtual users may act on an older word for a moment: twice the same count and nothing in flight is the end.
    while (quiet < 3 && this.#clock.monotonicMs() < latest) {
      await this.#log.read();
      quiet = this.#log.inFlight === 0 && this.#log.sent === sent ? quiet + 1 : 0;
      sent = this.#log.sent;
      await this.#clock.sleep(POLL_MS);
    }
    const end = await this.#generator.stop();
    await this.#log.read();
    const outcomes = this.#log.outcomes();
    await this.#close();
    const endedAtMs = this.#clock.wallNow();
    return { outcomes, generator: { ...end, startedAtMs: this.startedAtMs, endedAtMs } };
  }

  /** Ends everything at once, for Ctrl-C. */
  async abandon(): Promise<void> {
    await this.#generator.kill();
    await this.#close();
  }

  async #close(): Promise<void> {
    await this.#log.close();
    await this.#control.close();
    await rm(this.#workDir, { recursive: true, force: true });
  }
}

function noOrder(waitedMs: number): CutoverError {
  return new CutoverError({
    code: 'TARGET_UNREACHABLE',
    message: `k6 has sent no order after ${waitedMs / 1_000} s`,
    fix: 'see whether the target answers at all, and whether the machine has CPU to spare',
  });
}
