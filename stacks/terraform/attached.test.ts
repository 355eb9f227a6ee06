/** attached.sh with stand-ins for Terraform and the provider: what each is given, and that nothing outlives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { withWorkDir } from './deployment.ts';

const ATTACHED = join(import.meta.dirname, 'attached.sh');
/** For what hangs: the suite may run behind other work. */
const LIMIT_MS = 5 * 60_000;
const ATTACHMENT = '{"registry.terraform.io/hashicorp/aws":{"Pid":7}}';

/** Says what the real one says, and stays. */
const PROVIDER = `#!/bin/sh
echo $$ >"$SCENE/provider.pid"
printf 'Provider started.\\n\\n\\tTF_REATTACH_PROVIDERS='
printf "'%s'\\n" '${ATTACHMENT}'
exec sleep 3600
`;
const GONE = '#!/bin/sh\necho "no such machine" >&2\nexit 3\n';
/** Says how it was called; told to hang, it ends by a signal alone, as Terraform does: in order. */
const TERRAFORM = `
import { readFileSync, writeFileSync } from 'node:fs';
const input = process.env.HANGS ? '' : readFileSync(0, 'utf8');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  writeFileSync(process.env.SCENE + '/signal', signal);
  process.exit(9);
});
if (process.env.HANGS) setTimeout(() => process.exit(8), ${LIMIT_MS});
const called = { pid: process.pid, args: process.argv.slice(2), input, cwd: process.cwd(), attached: process.env.TF_REATTACH_PROVIDERS };
writeFileSync(process.env.SCENE + '/called.part', JSON.stringify(called));
writeFileSync(process.env.SCENE + '/called', JSON.stringify(called));
if (!process.env.HANGS) process.exitCode = Number(process.env.CODE ?? 0);
`;

interface Scene {
  readonly dir: string;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess & { said: () => string };
  called(): Promise<{ pid: number; args: string[]; input: string; cwd: string; attached?: string } | null>;
  providerPid(): Promise<number>;
  /** Waits until neither the provider nor its folder is there. */
  nothingLeft(): Promise<void>;
}

async function withScene(provider: string, use: (scene: Scene) => Promise<void>): Promise<void> {
  await withWorkDir(join(tmpdir(), 'cutover-attached-'), async (dir) => {
    const programs = { provider, terraform: `#!/bin/sh\nexec '${process.execPath}' '${dir}/terraform.mjs' "$@"\n` };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(dir, name), text);
      await chmod(join(dir, name), 0o755);
    }
    await writeFile(join(dir, 'terraform.mjs'), TERRAFORM);
    const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8').catch(() => '');
    const providerPid = async (): Promise<number> => Number(await read('provider.pid'));
    await use({
      dir,
      start(args, env = {}) {
        const own = { SCENE: dir, TMPDIR: dir, PATH: `${dir}:${process.env['PATH']}`, ...env };
        const child = spawn(ATTACHED, args, {
          ...{ cwd: dir, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
          env: { ...process.env, TERRAFORM_AWS_PROVIDER: join(dir, 'provider'), ...own },
        });
        let said = '';
        for (const stream of [child.stdout, child.stderr])
          stream?.setEncoding('utf8').on('data', (chunk: string) => {
            said += chunk;
          });
        child.stdin?.end('yes\n');
        return Object.assign(child, { said: () => said });
      },
      async called() {
        const text = await read('called');
        return text ? JSON.parse(text) : null;
      },
      providerPid,
      async nothingLeft() {
        const pid = await providerPid();
        await until(
          async () => !runs(pid) && (await readdir(dir)).every((name) => !name.startsWith('cutover-provider')),
        );
      },
    });
  });
}

function runs(pid: number): boolean {
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error('it never came to that');
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)));

test('a command has a provider of its own, and its input, folder and exit code stay', async (t) => {
  await withScene(PROVIDER, async ({ dir, start, called, providerPid, nothingLeft }) => {
    const child = start(['plan', '-detailed-exitcode'], { CODE: '2' });
    t.is(await ended(child), 2, child.said());
    const { pid: _, ...call } = (await called()) ?? { pid: 0 };
    t.deepEqual(call, { args: ['plan', '-detailed-exitcode'], input: 'yes\n', cwd: dir, attached: ATTACHMENT });
    t.true((await providerPid()) > 0);
    t.false(runs(await providerPid()), 'it is gone when the command is');
    await nothingLeft();
  });
});

test('a command that asks no provider starts none, and installs none', async (t) => {
  await withScene(PROVIDER, async ({ start, called, providerPid, nothingLeft }) => {
    t.is(await ended(start(['init', '-input=false'])), 0);
    t.regex((await called())?.attached ?? '', /hashicorp\/aws.*\/nowhere/);
    t.is(await providerPid(), 0);
    await nothingLeft();
  });
});

test('a provider that does not start is told, with what it said, and Terraform is not called', async (t) => {
  await withScene(GONE, async ({ start, called, nothingLeft }) => {
    const child = start(['apply']);
    t.is(await ended(child), 1);
    t.regex(child.said(), /did not start:\nno such machine/);
    t.is(await called(), null);
    await nothingLeft();
  });
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} is handed on: Terraform ends in order, then its provider`, async (t) => {
    await withScene(PROVIDER, async ({ dir, start, called, nothingLeft }) => {
      const child = start(['apply'], { HANGS: '1' });
      await until(async () => (await called()) !== null);
      child.kill(signal);
      t.is(await ended(child), 9);
      t.is(await readFile(join(dir, 'signal'), 'utf8'), signal);
      await nothingLeft();
    });
  });

for (const group of [false, true])
  test(`killed${group ? ' with its group' : ''}, it leaves no provider and no folder`, async (t) => {
    await withScene(PROVIDER, async ({ start, called, nothingLeft }) => {
      const child = start(['apply'], { HANGS: '1' });
      await until(async () => (await called()) !== null);
      const pid = child.pid as number;
      if (group) process.kill(-pid, 'SIGTERM');
      else child.kill('SIGKILL');
      await nothingLeft();
      const terraform = (await called())?.pid ?? 0;
      if (!group) process.kill(terraform, 'SIGTERM');
      await until(async () => !runs(terraform));
      t.pass();
    });
  });
