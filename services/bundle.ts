/** Bundles one service build into a single CommonJS file: the same artefact in the plane and in the Dockerfile. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/** How every bundle is made; the stacks use it too, so that one entry gives one text wherever it is bundled. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: false,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'silent',
  external: ['dtrace-provider', 'dynalite', 'leveldown', 'classic-level'],
} satisfies BuildOptions;

/**
 * @param options.entry absolute path of the build's TypeScript entry
 * @param options.outFile absolute path of the bundle, ending in `.cjs`
 * @returns its size, and the absolute path of every file that went into it
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export async function bundleService(options: {
  entry: string;
  outFile: string;
}): Promise<{ bytes: number; inputs: readonly string[] }> {
  const { metafile } = await build({
    entryPoints: [options.entry],
    outfile: options.outFile,
    metafile: true,
    ...BUNDLE_OPTIONS,
  });
  const inputs = Object.keys(metafile.inputs).map((path) => resolve(path));
  return { bytes: (await stat(options.outFile)).size, inputs };
}
