/** `node services/build.ts <workspace folder>`: bundles what the workspace's package.json names, builds of an image or a Lambda function, into dist/. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleService } from './bundle.ts';

interface Workspace {
  readonly name: string;
  readonly cutover?: {
    readonly image?: { readonly builds: Readonly<Record<string, string>> };
    /** A Lambda function's entry, and the file that its handler is named after. */
    readonly function?: { readonly entry: string; readonly file: string };
  };
}

const folder = resolve(process.argv[2] ?? '.');
const workspace = JSON.parse(await readFile(resolve(folder, 'package.json'), 'utf8')) as Workspace;
const { image, function: lambda } = workspace.cutover ?? {};
const builds = Object.entries(image?.builds ?? {}).map(([tag, entry]) => ({ tag, entry, file: `${tag}.cjs` }));
if (lambda) builds.push({ tag: 'function', ...lambda });
for (const { tag, entry, file } of builds) {
  const { bytes } = await bundleService({ entry: resolve(folder, entry), outFile: resolve(folder, 'dist', file) });
  process.stderr.write(`${workspace.name} ${tag}: dist/${file}, ${Math.round(bytes / 1024)} KiB\n`);
}
if (builds.length === 0) process.stderr.write(`${workspace.name}: no builds, nothing to bundle\n`);
