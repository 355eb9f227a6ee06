/** The launcher's set-up, with an npm that installs nothing: who does it, who waits, and what a killed one leaves. */
import { execFile, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { root } from './paths.ts';

const run = promisify(execFile);

interface Project {
  readonly dir: string;
  readonly held: string;
  start(): Promise<{ readonly stdout: string; readonly stderr: string }>;
  setUps(): Promise<number>;
}

async function project(t: ExecutionContext): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-launcher-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const bin = join(dir, 'bin');
  await mkdir(join(dir, 'local', 'cli'), { recursive: true });
  await mkdir(bin);
  await mkdir(join(dir, '.cutover'));
  await copyFile(join(root, 'cutover'), join(dir, 'cutover'));
  await writeFile(join(dir, 'package-lock.json'), '{}');
  await writeFile(join(dir, 'local', 'cli', 'main.ts'), "console.log('started');");
  await writeFile(
    join(bin, 'npm'),
    `#!/bin/sh\nsleep 0.3\nmkdir -p "${dir}/node_modules"\necho x >>"${dir}/set-ups"\n`,
  );
  await writeFile(join(bin, 'k6'), '#!/bin/sh\n');
  for (const name of ['npm', 'k6']) await chmod(join(bin, name), 0o755);
  const env = { ...process.env, PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH']}` };
  return {
    dir,
    held: join(dir, '.cutover', 'install.pid'),
    start: () => run(join(dir, 'cutover'), [], { env, timeout: 30_000 }),
    setUps: async () => (await readFile(join(dir, 'set-ups'), 'utf8')).split('\n').length - 1,
  };
}

test('the first command sets up, the next ones do not, and no lock stays', async (t) => {
  const { dir, start, setUps } = await project(t);
  t.regex((await start()).stdout, /started/);
  t.regex((await start()).stdout, /started/);
  t.is(await setUps(), 1);
  t.false((await readdir(join(dir, '.cutover'))).some((name) => name.startsWith('install.')));
});

test('of commands that meet, one sets up, and the others wait for it', async (t) => {
  const { start, setUps } = await project(t);
  const all = await Promise.all([start(), start(), start()]);
  t.true(all.every(({ stdout }) => stdout.includes('started')));
  t.is(await setUps(), 1);
});

test('a lock whose process was killed holds nobody up', async (t) => {
  const { held, start, setUps } = await project(t);
  const killed = spawn('sleep', ['60']);
  const ended = new Promise((resolve) => killed.once('exit', resolve));
  killed.kill('SIGKILL');
  await ended;
  await symlink(String(killed.pid), held);
  t.regex((await start()).stdout, /started/);
  t.is(await setUps(), 1);
  await t.throwsAsync(readlink(held), { code: 'ENOENT' });
});
