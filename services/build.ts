/** `node services/build.ts <workspace folder>`: bundles every build that the workspace's package.json names into dist/. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleService } from './bundle.ts';

interface Workspace {
  readonly name: string;
  readonly cutover?: { readonly image?: { readonly builds: Readonly<Record<string, string>> } };
}

const folder = resolve(process.argv[2] ?? '.');
const workspace = JSON.parse(await readFile(resolve(folder, 'package.json'), 'utf8')) as Workspace;
const builds = Object.entries(workspace.cutover?.image?.builds ?? {});
for (const [tag, entry] of builds) {
  const outFile = resolve(folder, 'dist', `${tag}.cjs`);
  const { bytes } = await bundleService({ entry: resolve(folder, entry), outFile });
  process.stderr.write(`${workspace.name} ${tag}: dist/${tag}.cjs, ${Math.round(bytes / 1024)} KiB\n`);
}
if (builds.length === 0) process.stderr.write(`${workspace.name}: no builds, nothing to bundle\n`);
