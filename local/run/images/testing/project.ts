/** A project with service workspaces in a temporary folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';

export interface Project {
  readonly dir: string;
  readonly cacheDir: string;
  /** Writes a file as if it had been there for an hour; objects become JSON. @returns its path */
  write(path: string, content: unknown): Promise<string>;
}

export async function createProject(t: ExecutionContext): Promise<Project> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-test-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const write = async (path: string, content: unknown): Promise<string> => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    const past = new Date(Date.now() - 3_600_000);
    await utimes(file, past, past);
    return file;
  };
  await write('package.json', { workspaces: ['services/lib', 'services/*/*'] });
  await write('services/lib/package.json', { name: 'lib' });
  await write('services/shop/monolith/package.json', {
    name: 'monolith',
    cutover: { image: { repositories: ['*-monolith'], builds: { latest: 'src/latest.ts', two: 'src/two.ts' } } },
  });
  await write('services/shop/monolith/Dockerfile', 'FROM a\nENV X=no\nFROM b\nENV NODE_ENV=production PORT=5000\n');
  await write('services/shop/monolith/src/shared.ts', 'export const greeting: string = "hello";');
  for (const tag of ['latest', 'two'])
    await write(
      `services/shop/monolith/src/${tag}.ts`,
      `import { greeting } from './shared.ts'; console.log(greeting, '${tag}');`,
    );
  return { dir, cacheDir: join(dir, '.cutover', 'cache'), write };
}
