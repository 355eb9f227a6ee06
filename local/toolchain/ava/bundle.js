/** Makes concordance, ava's comparison of values, one file: every test process reads it, see preload.js. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CONCORDANCE, hooks } from './preload.js';

// Nothing is to be exchanged in ava's main process.
hooks.deregister();

const ava = createRequire(import.meta.resolve('ava'));

/** Once for every version of it. Where two runs begin together, each makes the whole file and one of them stays. */
export async function bundleConcordance() {
  const mark = `// concordance ${ava('concordance/package.json').version}`;
  const file = fileURLToPath(CONCORDANCE);
  if (firstLine(file) === mark) return;
  const { buildSync } = await import('esbuild');
  const made = `${file}.${process.pid}`;
  mkdirSync(new URL('.', CONCORDANCE), { recursive: true });
  buildSync({
    stdin: {
      contents: "export { default } from 'concordance';",
      resolveDir: fileURLToPath(new URL('.', import.meta.resolve('ava'))),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: made,
    banner: {
      js: `${mark}\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);`,
    },
  });
  renameSync(made, file);
}

function firstLine(file) {
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0];
  } catch {
    return undefined;
  }
}
