/**
 * Puts cdktf's fork in cdktf's place, for the app and for the prebuilt provider alike:
 * `CUTOVER_FORK=<folder with node_modules/cdktn> node --import ./stacks/policy/fork-hooks.ts …`. `constructs` is the fork's
 * too, since two copies of it would be two kinds of construct.
 */
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const FORK: Readonly<Record<string, string>> = { cdktf: 'cdktn', constructs: 'constructs' };

const folder = process.env['CUTOVER_FORK'];
if (!folder) throw new Error('CUTOVER_FORK names no folder with cdktn in it');
const own = pathToFileURL(join(folder, '/')).href;
const fork = createRequire(join(folder, 'package.json'));

registerHooks({
  resolve(specifier, context, next) {
    const [, name = '', rest = ''] = /^(cdktf|constructs)(\/.*)?$/.exec(specifier) ?? [];
    const instead = FORK[name];
    // Inside the fork its own packages are found as ever.
    if (!instead || context.parentURL?.startsWith(own)) return next(specifier, context);
    return { url: pathToFileURL(fork.resolve(instead + rest)).href, format: 'commonjs', shortCircuit: true };
  },
});
