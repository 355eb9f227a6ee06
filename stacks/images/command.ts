/** `./cutover images …`, run as a user does, and watched for secrets on command lines meanwhile. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const WATCH_EVERY_MS = 50;

export interface ImagesRun {
  readonly code: number | null;
  readonly json: unknown;
  readonly stderr: string;
  /** Command lines that held the secret. */
  readonly leaks: readonly string[];
}

export async function images(
  args: readonly string[],
  { env, secret }: { env: NodeJS.ProcessEnv; secret?: string },
): Promise<ImagesRun> {
  const program = [join(ROOT, 'local', 'cli', 'main.ts'), 'images', ...args, '--json'];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...program], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    // A build takes minutes: the progress shows that it goes on.
    process.stderr.write(chunk);
  });
  const leaks = new Set<string>();
  let looking = false;
  const look = async (): Promise<void> => {
    if (!secret || looking) return;
    looking = true;
    for (const line of await commandLinesWith(secret)) leaks.add(line);
    looking = false;
  };
  const watch = setInterval(look, WATCH_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(watch);
  return { code, json: parsed(stdout), stderr, leaks: [...leaks] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function commandLinesWith(secret: string): Promise<string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')));
  const encoded = Buffer.from(`AWS:${secret}`).toString('base64');
  return lines
    .filter((line) => line.includes(secret) || line.includes(encoded))
    .map((line) => line.replaceAll('\0', ' '));
}
