/** Makes one file of the packages that ava loads in every test process, see preload.js. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLE, BUNDLED, hooks } from './preload.js';

// Nothing is to be exchanged in ava's main process.
hooks.deregister();

const entry = fileURLToPath(import.meta.resolve('ava'));

/** Once for their versions. Where two runs begin together, each makes the whole file and one of them stays. */
export async function bundlePackages() {
  const mark = `// concordance ${versionOf('concordance')}, cbor2 ${versionOf('cbor2')}`;
  const file = fileURLToPath(BUNDLE);
  if (firstLine(file) === mark) return;
  const { buildSync } = await import('esbuild');
  const made = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  buildSync({
    stdin: {
      contents: ["export { default } from 'concordance';", ...BUNDLED.map((name) => `export * from '${name}';`)].join(
        '\n',
      ),
      resolveDir: dirname(entry),
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

const versionOf = (name) => JSON.parse(readFileSync(findPackageJSON(name, entry), 'utf8')).version;

function firstLine(file) {
  try {
    return readFileSync(file, 'utf8').split('\n', 1)[0];
  } catch {
    return undefined;
  }
}
