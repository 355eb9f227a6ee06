/**
 * Tests run on Node's own type stripping. The fast suite is everything beside its subject; CUTOVER_SUITE=e2e picks the
 * slow ones, which start real planes, k6 and clients, one after another.
 */
const e2e = process.env.CUTOVER_SUITE === 'e2e';

export default {
  files: e2e
    ? ['{local,loadtest,stacks}/e2e/**/*.test.ts']
    : ['{stacks,modules,services,local,loadtest,bench}/**/*.test.ts', '!**/e2e/**', '!**/node_modules/**'],
  extensions: ['ts'],
  timeout: e2e ? '5m' : '60s',
  concurrency: e2e ? 1 : 2,
  workerThreads: false,
};
