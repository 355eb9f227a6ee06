import { bundlePackages } from './local/toolchain/ava/bundle.js';
import { byPlace } from './local/toolchain/ava/order.ts';
import { copyCountsLightly } from './local/toolchain/ava/stats.js';

/**
 * Tests run on Node's own type stripping. The fast suite is everything beside its subject. CUTOVER_SUITE picks a slow
 * one: `e2e` starts real planes, k6 and clients, one after another; `terraform` deploys the stacks with the real
 * Terraform and provider against an emulator of AWS's API.
 */
const SUITES = {
  e2e: { files: ['{local,loadtest,stacks}/e2e/**/*.test.ts'], timeout: '5m', concurrency: 1 },
  // Most of a deployment is the provider's own waiting: two systems side by side take little longer than one.
  terraform: { files: ['stacks/terraform/**/*.test.ts'], timeout: '60m', sortTestFiles: walksFirst, concurrency: 2 },
  // Images built by buildah, pushed to a real registry behind an emulator of ECR's API, and run.
  images: { files: ['stacks/images/**/*.test.ts'], timeout: '60m', concurrency: 1 },
  // checkov over every stack, and the same stacks synthesized by cdktf's fork; both are installed when first needed.
  policy: { files: ['stacks/policy/{checkov,cdktn}.test.ts'], timeout: '45m', concurrency: 2 },
  fast: {
    files: [
      '{stacks,modules,services,local,loadtest,bench}/**/*.test.ts',
      '!**/e2e/**',
      '!stacks/terraform/**',
      '!stacks/images/**',
      '!stacks/policy/{checkov,cdktn}.test.ts',
      '!**/node_modules/**',
    ],
    timeout: '60s',
    sortTestFiles: byPlace,
    // Files that wait for k6, for processes and for their ends are many, and spread: two more than two cores.
    concurrency: 4,
  },
};

/** The two walks take most of the time: what is short goes beside the end of the longer one. */
function walksFirst(a, b) {
  const isWalk = (file) => /\/(forum|logistics)\.test\.ts$/.test(file.replaceAll('\\', '/'));
  return isWalk(b) - isWalk(a) || (a < b ? -1 : 1);
}

await bundlePackages();
copyCountsLightly();

export default {
  ...(SUITES[process.env.CUTOVER_SUITE ?? 'fast'] ?? SUITES.fast),
  extensions: ['ts'],
  nodeArguments: [
    `--import=${new URL('local/toolchain/ava/preload.js', import.meta.url)}`,
    // MB for new objects: with V8's first few, a tenth of the start is spent collecting what was loaded.
    '--min-semi-space-size=16',
    '--max-semi-space-size=32',
  ],
  require: ['./ava.setup.js'],
  workerThreads: false,
};
