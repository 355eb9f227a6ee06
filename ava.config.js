/** Unit tests run on Node's own type stripping; e2e suites are chosen by name (`ava e2e/...` through .ci/run). */
export default {
  files: ['{stacks,modules,services,local,loadtest,bench}/**/*.test.ts', '!**/e2e/**', '!**/node_modules/**'],
  extensions: ['ts'],
  timeout: '60s',
  workerThreads: false,
  concurrency: 2,
};
