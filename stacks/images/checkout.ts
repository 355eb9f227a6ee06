/** A fresh copy of what is committed, and nothing else: the images' context, and the code that makes them. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Checkout {
  readonly dir: string;
  /** Runs a program in the copy, which sees the project's packages there. They are seen by that program alone. */
  command(program: string, args: readonly string[]): { readonly file: string; readonly args: readonly string[] };
  /** Service workspaces (`services/…`) that have an image. */
  readonly workspaces: readonly string[];
}

/**
 * The packages are a mount in a namespace of the program's own: gone with it, so that nothing can be removed through it.
 * A link would do for Node, but bundles would carry the path that it leads to.
 */
const WITH_PACKAGES = 'mount --bind "$1" "$2"; shift 2; exec "$@"';

/** @param root the project's folder @param dir where the copy is made */
export async function checkOut(root: string, dir: string): Promise<Checkout> {
  const packages = join(dir, 'node_modules');
  await mkdir(packages, { recursive: true });
  await run(
    'sh',
    ['-ec', 'git -c safe.directory="*" archive --output="$1.tar" HEAD; tar -xf "$1.tar" -C "$1"', 'sh', dir],
    {
      cwd: root,
    },
  );
  return {
    dir,
    command: (program, args) => ({
      file: 'unshare',
      args: ['--mount', 'sh', '-ec', WITH_PACKAGES, 'sh', join(root, 'node_modules'), packages, program, ...args],
    }),
    workspaces: await workspacesIn(dir),
  };
}

async function workspacesIn(dir: string): Promise<readonly string[]> {
  const files = await readdir(join(dir, 'services'), { recursive: true });
  const found: string[] = [];
  for (const file of files.filter((name) => name.endsWith('package.json'))) {
    const json = JSON.parse(await readFile(join(dir, 'services', file), 'utf8')) as { cutover?: { image?: object } };
    if (json.cutover?.image) found.push(join('services', file, '..'));
  }
  return found.sort();
}
