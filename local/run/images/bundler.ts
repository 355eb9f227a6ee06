/** The bundler of the services, loaded only when something must be built. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Bundler } from './build-cache.ts';

const BUNDLE_MODULE = join(import.meta.dirname, '..', '..', '..', 'services', 'bundle.ts');
let underway = 0;

export const bundleWithEsbuild: Bundler = async (options) => {
  const { bundleService } = await import('../../../services/bundle.ts');
  underway += 1;
  try {
    return await bundleService(options);
  } finally {
    underway -= 1;
    // esbuild keeps a process for the next build; the plane has no use for it.
    if (underway === 0) await (await import('esbuild')).stop();
  }
};

/** Changes with esbuild's version and with the options in services/bundle.ts. */
export function bundlerId(): string {
  const require = createRequire(import.meta.url);
  const { version } = require('esbuild/package.json') as { version: string };
  return createHash('sha256').update(version).update(readFileSync(BUNDLE_MODULE)).digest('hex').slice(0, 16);
}
