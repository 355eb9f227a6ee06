/** What is measured: our monolith, and peers that do the same work. */
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleService } from '../../services/bundle.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

/** A system under measurement: a command that listens on $PORT, or why there is none. */
export type System =
  | { readonly name: string; readonly command: readonly [string, ...string[]]; readonly env: Record<string, string> }
  | { readonly name: string; readonly skipped: string };

/** Our monolith, from the same bundle that the plane runs and the image copies. */
export async function ourMonolith(env: Record<string, string>): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-bench-'));
  const outFile = join(folder, 'monolith.cjs');
  await bundleService({ entry: join(here, '../../services/logistics/monolith/src/builds/latest.ts'), outFile });
  return { name: 'Cutover monolith, 1 process, signatures verified', command: [process.execPath, outFile], env };
}

/** Flask as the workshop starts it, and as one would run it: gunicorn, two workers. */
export async function flaskPeers(env: Record<string, string>): Promise<System[]> {
  const names = ['Flask, development server', 'Flask, gunicorn, 2 workers'] as const;
  const folder = await mkdtemp(join(tmpdir(), 'cutover-bench-flask-'));
  const source = join(here, '../peers/flask');
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', '-r', join(source, 'requirements.txt')]);
  } catch (error) {
    const skipped =
      String((error as { stderr?: string }).stderr || error)
        .trim()
        .split('\n')
        .at(-1) ?? 'unknown';
    return names.map((name) => ({ name, skipped }));
  }
  const gunicorn = ['-w', '2', '--chdir', source, '--log-level', 'error', 'monolith:app'];
  return [
    { name: names[0], command: [join(folder, 'bin/python'), join(source, 'monolith.py')], env },
    { name: names[1], command: [join(folder, 'bin/gunicorn'), ...gunicorn], env },
  ];
}
