/**
 * Runs in every test process before ava's own code, and halves what that takes to load. Three packages of ava's are most
 * of it: concordance with lodash and semver, and cbor2, 280 files, are read as the one that bundle.js made of them;
 * globby, which only ava's main process calls, is loaded when somebody does. The test's own modules are loaded as ever:
 * ava.setup.js takes the hook away before they are.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** No two of them export different things by one name, as far as ava imports them. */
export const BUNDLED = ['concordance', 'cbor2', 'cbor2/encoder', 'cbor2/sorts'];
export const BUNDLE = new URL('../../../.cutover/cache/ava/packages.mjs', import.meta.url);

const INSTEAD = new Map([['globby', new URL('globby.js', import.meta.url).href]]);
if (existsSync(BUNDLE)) for (const name of BUNDLED) INSTEAD.set(name, BUNDLE.href);

export const hooks = registerHooks({
  resolve(specifier, context, next) {
    const url = INSTEAD.get(specifier);
    if (url === undefined || !context.parentURL?.includes('/node_modules/ava/')) return next(specifier, context);
    return { url, format: 'module', shortCircuit: true };
  },
});
