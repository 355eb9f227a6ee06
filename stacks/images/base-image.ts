/** A base image from this machine alone: its Node, its npm, a shell, and the libraries that these need. */
import { execFile } from 'node:child_process';
import { cp, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PATH = '/usr/local/bin:/usr/bin:/bin';
const FOLDERS = ['bin', 'usr/bin', 'usr/local/bin', 'usr/local/lib/node_modules', 'etc', 'root', 'proc', 'sys', 'dev'];
const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

/** @param buildah runs it, and gives what it prints @param name what the image is called: `localhost/…` */
export async function makeBaseImage(
  buildah: (...args: readonly string[]) => Promise<string>,
  name: string,
): Promise<void> {
  const container = await buildah('from', 'scratch');
  await fill(await buildah('mount', container));
  await buildah('config', '--env', `PATH=${PATH}`, container);
  await buildah('commit', '--quiet', '--timestamp', '0', '--rm', container, name);
}

async function fill(dir: string): Promise<void> {
  const npm = dirname(dirname(await realpath((await run('sh', ['-c', 'command -v npm'])).stdout.trim())));
  for (const folder of FOLDERS) await mkdir(join(dir, folder), { recursive: true });
  await mkdir(join(dir, 'tmp'), { mode: 0o1777 });
  const programs = { [process.execPath]: '/usr/local/bin/node', '/bin/sh': '/bin/sh', '/usr/bin/env': '/usr/bin/env' };
  for (const [from, to] of Object.entries(programs)) await cp(await realpath(from), join(dir, to));
  for (const library of await librariesOf(Object.keys(programs))) {
    await mkdir(join(dir, dirname(library)), { recursive: true });
    await cp(await realpath(library), join(dir, library));
  }
  await cp(npm, join(dir, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(dir, 'usr/local/bin/npm'));
  for (const [file, text] of Object.entries(FILES)) await writeFile(join(dir, file), text);
}

async function librariesOf(programs: readonly string[]): Promise<ReadonlySet<string>> {
  const outputs = await Promise.all(programs.map((program) => run('ldd', [program])));
  return new Set(
    outputs.flatMap(({ stdout }) => [...stdout.matchAll(/(?:^|\s)(\/\S+)/gm)].map(([, path]) => path ?? '')),
  );
}
