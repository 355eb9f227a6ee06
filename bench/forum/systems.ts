/** What is measured: our forum's services from their bundles, the workshop's kind of forum, and Node alone. */
import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleService } from '../../services/bundle.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const DATA_FILE = join(root, 'services/forum/lib/src/default-data.json');
const INSTALL_LIMIT_MS = 120_000;

/** A system and the path that is asked for; `against` names the peer that it is compared with. */
export interface System {
  readonly name: string;
  readonly path: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly against?: string;
}

const PATHS = { users: '/api/users/3', threads: '/api/threads/3', posts: '/api/posts/in-thread/1' } as const;
type ForumClass = keyof typeof PATHS;
const CLASSES = Object.keys(PATHS) as ForumClass[];
const CLUSTER = '2';

/** @param dir where bundles go */
export async function ourSystems(dir: string): Promise<System[]> {
  const build = async (name: string): Promise<readonly string[]> => {
    const outFile = join(dir, `${name}.cjs`);
    await bundleService({ entry: join(root, 'services/forum', name, 'src/builds/latest.ts'), outFile });
    return [process.execPath, outFile];
  };
  const services = CLASSES.map(async (name) => ({
    name,
    path: PATHS[name],
    command: await build(name),
    env: {},
    against: `Koa 1, ${PATHS[name]}`,
  }));
  const monolith = {
    name: `monolith, cluster of ${CLUSTER}`,
    path: PATHS.users,
    command: await build('monolith'),
    env: { WORKERS: CLUSTER },
    against: `Koa 1, cluster of ${CLUSTER}`,
  };
  return [...(await Promise.all(services)), monolith];
}

/** Installs the peer into `.cutover/`, once. @returns none and the reason where it cannot be installed */
export async function koaSystems(): Promise<{ systems: readonly System[]; skipped: string | null }> {
  const dir = join(root, '.cutover/bench/koa');
  try {
    await mkdir(dir, { recursive: true });
    await cp(join(root, 'bench/peers/koa'), dir, { recursive: true });
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: dir,
      timeout: INSTALL_LIMIT_MS,
    });
  } catch (error) {
    const text = String((error as { stderr?: string }).stderr || error).trim();
    return { systems: [], skipped: text.split('\n').at(-1) ?? 'unknown' };
  }
  const command = [process.execPath, join(dir, 'forum.cjs')];
  const env = { DB_FILE: DATA_FILE };
  const single = CLASSES.map((name) => ({ name: `Koa 1, ${PATHS[name]}`, path: PATHS[name], command, env }));
  const cluster = {
    name: `Koa 1, cluster of ${CLUSTER}`,
    path: PATHS.users,
    command,
    env: { ...env, WORKERS: CLUSTER },
  };
  return { systems: [...single, cluster], skipped: null };
}

/** The ceiling: one answer, no routes, no log. */
export function nodeAlone(): System {
  const script = `const body = '{"id":3}';
    require('node:http').createServer((req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      res.end(body);
    }).listen(Number(process.env.PORT), process.env.HOST);`;
  return { name: 'node:http alone, no log', path: PATHS.users, command: [process.execPath, '-e', script], env: {} };
}
