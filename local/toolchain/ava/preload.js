/**
 * Runs in every test process before ava's own code, and halves what that takes to load. Two packages of ava's are most
 * of it: concordance, which is 240 files with lodash and semver, is read as the one file that bundle.js made of it;
 * globby, which only ava's main process calls, is loaded when somebody does. The test's own modules are loaded as ever:
 * ava.setup.js takes the hook away before they are.
 */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';

export const CONCORDANCE = new URL('../../../.cutover/cache/ava/concordance.mjs', import.meta.url);
const INSTEAD = new Map([['globby', new URL('globby.js', import.meta.url).href]]);
if (existsSync(CONCORDANCE)) INSTEAD.set('concordance', CONCORDANCE.href);

export const hooks = registerHooks({
  resolve(specifier, context, next) {
    const url = INSTEAD.get(specifier);
    if (url === undefined || !context.parentURL?.includes('/node_modules/ava/')) return next(specifier, context);
    return { url, format: 'module', shortCircuit: true };
  },
});
