/**
 * Keeps one program of an instance running, as systemd would: restarts, start limit, stop signal and time-out. In real
 * time, like the process itself; what to do after an end is decide-restart.ts.
 */
import type { Clock } from '../clock.ts';
import type { ExitInfo, ProcessHandle, ProcessRunner } from '../contracts.ts';
import { sendSignal } from '../processes/signals.ts';
import { decideAfterEnd, mayStart } from './decide-restart.ts';
import type { Supervision } from './user-data/plan.ts';

export type ServiceState = 'running' | 'restarting' | 'exited' | 'failed' | 'stopping' | 'stopped';

export interface ServiceProcess {
  readonly name: string;
  state(): ServiceState;
  /** Null while no process runs. */
  pid(): number | null;
  /** Stop signal to the group, SIGKILL after the time-out; resolves when it is gone. Idempotent. */
  stop(maxSeconds?: number): Promise<void>;
}

export interface ServiceSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly supervision: Supervision;
}

export interface ServiceContext {
  readonly clock: Clock;
  readonly processes: ProcessRunner;
  /** For the warden's list. */
  readonly owner: string;
  readonly onLine: (line: string) => void;
  /** It was started, ended, or given up; `message` in systemd's words. */
  readonly onChange: (message: string, isFailure: boolean) => void;
}

/** What an instance's shutdown gives a service that may take for ever (TimeoutStopSec=infinity). */
const LONGEST_STOP_SECONDS = 600;

export function startService(spec: ServiceSpec, context: ServiceContext): ServiceProcess {
  const { clock } = context;
  const { supervision } = spec;
  const startsMs: number[] = [];
  let state: ServiceState = 'restarting';
  let handle: ProcessHandle | null = null;
  let cancelRestart = (): void => {};
  let restarts = 0;
  let stopping: Promise<void> | null = null;

  function start(): void {
    const nowMs = clock.monotonicMs();
    if (!mayStart(startsMs, nowMs, supervision)) {
      state = 'failed';
      context.onChange(`${spec.name}: Start request repeated too quickly.`, true);
      return;
    }
    startsMs.push(nowMs);
    if (startsMs.length > supervision.startLimit.burst) startsMs.shift();
    const { command, args, env, cwd } = spec;
    const name = `${context.owner} ${spec.name}`;
    const started = context.processes.start({ name, command, args, env, cwd, onLine: context.onLine });
    handle = started;
    state = 'running';
    if (started.pid > 0) context.onChange(`Started ${spec.name} (pid ${started.pid}).`, false);
    void started.exited.then(ended);
  }

  function ended(exit: ExitInfo): void {
    handle = null;
    if (stopping) return;
    const after = decideAfterEnd({ ...exit, spawnFailed: exit.reason === 'spawn-failed' }, supervision);
    context.onChange(`${spec.name}: ${describeEnd(exit)}`, after.do === 'restart' || after.state === 'failed');
    if (after.do === 'stay-down') {
      state = after.state;
      return;
    }
    state = 'restarting';
    cancelRestart = clock.afterWall(after.afterSeconds * 1000, () => {
      restarts += 1;
      context.onChange(`${spec.name}: Scheduled restart job, restart counter is at ${restarts}.`, false);
      start();
    });
  }

  async function end(maxSeconds: number): Promise<void> {
    cancelRestart();
    const running = handle;
    if (running) {
      state = 'stopping';
      const graceMs = Math.min(supervision.stopSeconds ?? LONGEST_STOP_SECONDS, maxSeconds) * 1000;
      await stopWith(running, supervision.killSignal, graceMs);
    }
    state = 'stopped';
  }

  /** The runner itself knows SIGTERM only: another stop signal goes first, and has the whole time. */
  async function stopWith(running: ProcessHandle, signal: NodeJS.Signals, graceMs: number): Promise<void> {
    if (signal === 'SIGTERM' || running.pid <= 0) {
      await running.stop(graceMs);
      return;
    }
    sendSignal(-running.pid, signal);
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.afterWall(graceMs, resolve);
    });
    await Promise.race([running.exited, late]);
    cancel();
    await running.stop(0);
  }

  start();
  return {
    name: spec.name,
    state: () => state,
    pid: () => (handle !== null && handle.pid > 0 ? handle.pid : null),
    stop(maxSeconds = Number.POSITIVE_INFINITY) {
      stopping ??= end(maxSeconds);
      return stopping;
    },
  };
}

function describeEnd({ code, signal, error }: ExitInfo): string {
  if (error !== undefined) return `Failed to start: ${error}`;
  if (signal !== null) return `Main process exited, code=killed, status=${signal}`;
  return `Main process exited, code=exited, status=${code}`;
}
