/** Bundles one service build into a single CommonJS file: the same artefact in the plane and in the Dockerfile. */
import { stat } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * @param options.entry absolute path of the build's TypeScript entry
 * @param options.outFile absolute path of the bundle, ending in `.cjs`
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export async function bundleService(options: { entry: string; outFile: string }): Promise<{ bytes: number }> {
  await build({
    entryPoints: [options.entry],
    outfile: options.outFile,
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
  });
  return { bytes: (await stat(options.outFile)).size };
}
