/** A plane to be killed: starts what argv tells through a process runner, prints every pid, and stays. */
import { createClock } from '../../clock.ts';
import { createProcessRunner } from '../processes.ts';
import { readRun } from '../run-file.ts';

interface Order {
  readonly stateDir: string;
  readonly tempDirs: readonly string[];
  readonly scripts: readonly string[];
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const runner = await createProcessRunner({
  clock: createClock(),
  stateDir: order.stateDir,
  tempDirs: order.tempDirs,
  onWarn: (message) => console.error(message),
});
const lines: string[] = [];
let expected = order.scripts.length;
for (const [index, script] of order.scripts.entries()) {
  runner.start({
    name: `fixture/${index}`,
    command: process.execPath,
    args: ['-e', script],
    env: {},
    cwd: '/',
    onLine: (line) => {
      if (!line.startsWith('pids ')) return;
      lines.push(...line.slice(5).split(' '));
      expected -= 1;
      if (expected === 0) report();
    },
  });
}

function report(): void {
  const warden = readRun(order.stateDir)?.warden?.pid;
  process.stdout.write(`${JSON.stringify({ pids: lines.map(Number), warden })}\n`);
}
setInterval(() => {}, 60_000);
