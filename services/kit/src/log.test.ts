/** Several processes on one pipe: their lines stay whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';

const WRITERS = 3;
const LINES = 20_000;
/** Writes as fast as it can; every line says how long it is. */
const WRITER = `
  import { createLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))};
  const log = createLog({ service: 'writer', build: 'test', level: 'info', shared: true });
  const id = process.argv[1];
  for (let i = 0; i < ${LINES}; i++) {
    log.line(id + ' ' + i + ' ' + '\\u00e9'.repeat(i % 120) + ' end');
    if (i % 500 === 0) await new Promise(setImmediate);
  }
  await log.flush();
`;

test('lines of processes that share a pipe are never torn', async (t) => {
  // A pipe of the shell's, as a container runtime reads one: Node's own are sockets, which behave otherwise.
  const command = Array.from({ length: WRITERS }, (_, i) => `"$NODE" --input-type=module -e "$WRITER" w${i} &`);
  const child = spawn('sh', ['-c', `{ ${command.join(' ')} wait; } | cat`], {
    env: { PATH: process.env.PATH, NODE: process.execPath, WRITER },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  await once(child, 'close');
  const next = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    const [id = '', count = '', marks = '', end] = line.split(' ');
    if (end !== 'end' || marks !== 'é'.repeat(Number(count) % 120)) return t.fail(`torn: ${line.slice(0, 200)}`);
    if (Number(count) !== (next.get(id) ?? 0)) return t.fail(`out of order: ${line.slice(0, 200)}`);
    next.set(id, Number(count) + 1);
  }
  t.deepEqual([...next.values()], Array(WRITERS).fill(LINES));
});
