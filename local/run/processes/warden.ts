/**
 * The warden: a small process that holds a pipe from the plane. When the pipe closes without a goodbye, the plane was
 * killed, and the warden ends every process that the plane started, removes its temporary folders, and exits.
 *
 * Input, one JSON a line: `{"run": RunRecord}` replaces what it knows, `{"goodbye": true}` lets it go.
 * Argument: the state folder. It says `ready` on stdout once it listens.
 */
import { createInterface } from 'node:readline';
import { createClock } from '../clock.ts';
import { endRun } from './end-run.ts';
import { type RunRecord, removeRun } from './run-file.ts';

/** Tasks get this long between SIGTERM and SIGKILL when the plane was killed. */
const GRACE_WALL_MS = 2_000;

const stateDir = process.argv[2] ?? '';
let run: RunRecord | null = null;
let goodbye = false;

// It must outlive what ends the plane: Ctrl-C in the terminal, a closed terminal, a well-meant kill of everything.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) process.on(signal, () => {});
process.stdout.on('error', () => {});

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const message = JSON.parse(line) as { run?: RunRecord; goodbye?: boolean };
  if (message.run) run = message.run;
  if (message.goodbye) goodbye = true;
});
process.stdin.on('error', () => input.close());
input.on('close', async () => {
  if (!goodbye && run) {
    await endRun(run, createClock(), GRACE_WALL_MS);
    removeRun(stateDir, run.runId);
  }
  process.exit(0);
});
process.stdout.write('ready\n');
