/** One child of the plane from spawn to the end of its whole group. Owns its output and its stop; knows no other child. */
import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { ExitInfo, ProcessHandle, ProcessSpec } from '../contracts.ts';
import { type KnownChild, membersOf } from './members.ts';
import { captureOutput } from './output.ts';
import { sendSignal } from './signals.ts';
import type { Snapshots } from './snapshots.ts';
import { MARKER, type ProcessRow, startOf } from './table.ts';

/** How often the end of a group is looked for once its leader has ended: no event tells it. */
const POLL_WALL_MS = 15;
/** How long output is awaited after the whole group has ended; only a process that got away can still hold the pipe. */
const OUTPUT_WAIT_WALL_MS = 1_000;

export interface StartedChild {
  readonly handle: ProcessHandle;
  /** Null where it could not be spawned. */
  readonly known: KnownChild | null;
}

export interface ChildContext {
  readonly clock: Clock;
  readonly marker: string;
  readonly snapshots: Snapshots;
  readonly onWarn: (message: string) => void;
}

/** Spawns at once; a child that cannot be spawned is a handle whose `exited` says why. */
export function startChild(spec: ProcessSpec, context: ChildContext): StartedChild {
  let child: ChildProcess;
  try {
    child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARKER]: context.marker },
      detached: true, // setsid: leader of a session and a group of its own
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return { handle: failedHandle(Promise.resolve(error), spec), known: null };
  }
  if (child.pid === undefined) {
    const failure = new Promise<unknown>((resolve) => child.once('error', resolve));
    return { handle: failedHandle(failure, spec), known: null };
  }
  // An error after a good start (a signal that could not be sent) changes nothing: the end is seen by other means.
  child.on('error', (error) => context.onWarn(`${spec.name}: ${error.message}`));
  const known = { name: spec.name, pid: child.pid, start: startOf(child.pid), marker: context.marker };
  return { handle: superviseChild(child, known, spec, context), known };
}

function superviseChild(
  child: ChildProcess,
  known: KnownChild,
  spec: ProcessSpec,
  context: ChildContext,
): ProcessHandle {
  const { clock } = context;
  const output = captureOutput(child, spec, context);
  let killAtMs: number | null = null;
  let reason: ExitInfo['reason'] | null = null;
  let leaderEnded = false;
  let cancelKill = (): void => {};
  const wall = (ms: number): Promise<void> => new Promise((resolve) => void clock.afterWall(ms, resolve));

  const exited = new Promise<ExitInfo>((resolve) => {
    child.once('exit', (code, signal) => {
      leaderEnded = true;
      reason ??= 'exited';
      output.unthrottle();
      void endRest().then(() => resolve({ code, signal, reason: reason ?? 'exited' }));
    });
  });

  /** The leader has ended. Unasked, that ends the rest too, as the end of a container's first process does. */
  async function endRest(): Promise<void> {
    let asked = false;
    for (;;) {
      const rest = await restOf(known, context.snapshots);
      if (rest.length === 0) break;
      const killNow = reason !== 'stopped' || clock.monotonicMs() >= (killAtMs ?? 0);
      // Those in the group have had their SIGTERM; those that left it have not.
      if (killNow) for (const row of rest) sendSignal(row.pid, 'SIGKILL');
      else if (!asked) for (const row of rest) if (row.group !== known.pid) sendSignal(row.pid, 'SIGTERM');
      asked = true;
      await wall(POLL_WALL_MS);
    }
    cancelKill();
    await Promise.race([output.ended, wall(OUTPUT_WAIT_WALL_MS)]);
    output.close();
  }

  function kill(): void {
    if (leaderEnded) return; // endRest looks at the time itself
    if (reason === 'stopped') reason = 'killed';
    sendSignal(-known.pid, 'SIGKILL');
  }

  return {
    pid: known.pid,
    exited,
    stop(graceWallMs) {
      if (leaderEnded && killAtMs === null) return exited; // ends by itself already
      const untilMs = clock.monotonicMs() + Math.max(0, graceWallMs);
      if (killAtMs === null) {
        reason ??= 'stopped';
        // The leader is not reaped yet, so the number is still its own.
        sendSignal(-known.pid, 'SIGTERM');
      }
      if (killAtMs === null || untilMs < killAtMs) {
        killAtMs = untilMs;
        cancelKill();
        cancelKill = clock.afterWall(graceWallMs, kill);
      }
      return exited;
    },
  };
}

/** What is left of a child whose leader has just ended. Without /proc only the group can be looked for: cheap first. */
async function restOf(known: KnownChild, snapshots: Snapshots): Promise<readonly ProcessRow[]> {
  if (process.platform !== 'linux' && !sendSignal(-known.pid, 0)) return [];
  const { rows, markerOf } = await snapshots.next();
  const isOurs = (marker: string): boolean => marker === known.marker;
  return membersOf([known], rows, { ownsGroups: true, since: known.start, isOurs, readMarker: markerOf });
}

function failedHandle(failure: Promise<unknown>, spec: ProcessSpec): ProcessHandle {
  const exited = failure.then(
    (error): ExitInfo => ({ code: null, signal: null, reason: 'spawn-failed', error: explain(error, spec) }),
  );
  return { pid: -1, exited, stop: () => exited };
}

/** ENOENT names the command also where it is the folder that is missing. */
function explain(error: unknown, spec: ProcessSpec): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && !isFolder(spec.cwd)) return `the working folder ${spec.cwd} does not exist`;
  if (code === 'ENOENT') return `the command ${spec.command} was not found`;
  if (code === 'EACCES') return `the command ${spec.command} may not be executed`;
  return message;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
