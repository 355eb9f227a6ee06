/** Finds a function's handler in its package, as Lambda's Node runtime does (lambda nodejs-handler). */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './errors.mjs';

/** From this Node version on, Lambda takes no handler with a callback. */
const FIRST_WITHOUT_CALLBACK = 24;

/**
 * @param handler `<path without extension>.<export>`
 * @param runtime e.g. `nodejs22.x`
 * @returns the function
 * @throws RuntimeError MalformedHandlerName | ImportModuleError | UserCodeSyntaxError | HandlerNotFound | CallbackHandlerDeprecated
 */
export async function loadHandler(taskRoot, handler, runtime) {
  if (handler.includes('..'))
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  const [, name, path] = /^([^.]*)\.(.*)$/.exec(basename(handler)) ?? [];
  if (!name || !path) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  const module = await loadModule(resolve(taskRoot, dirname(handler), name), name, taskRoot);
  const found = path.split('.').reduce((object, property) => object?.[property], module);
  if (!found) throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`);
  if (found.length >= 3 && Number(/^nodejs(\d+)/.exec(runtime)?.[1]) >= FIRST_WITHOUT_CALLBACK)
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  return found;
}

async function loadModule(path, name, taskRoot) {
  const require = createRequire(join(taskRoot, 'package.json'));
  try {
    if (isFile(path)) return require(path);
    if (isFile(`${path}.js`)) return isModule(path, taskRoot) ? await load(`${path}.js`) : require(`${path}.js`);
    if (isFile(`${path}.mjs`)) return await load(`${path}.mjs`);
    if (isFile(`${path}.cjs`)) return require(`${path}.cjs`);
    return require(existsSync(path) ? path : name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', error.toString(), undefined);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw new RuntimeError('ImportModuleError', error.toString(), undefined);
    throw error;
  }
}

const load = (file) => import(pathToFileURL(file).href);
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** What the nearest package.json inside the package says. */
function isModule(path, taskRoot) {
  for (let folder = dirname(path); folder.startsWith(taskRoot); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).type === 'module';
  }
  return false;
}
