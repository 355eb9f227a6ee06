/**
 * A package brings its own modules: what lies around it on this machine (the project's node_modules above the state
 * folder) is not there on Lambda. Only the AWS SDK is, as part of Lambda's Node runtimes (lambda lambda-nodejs).
 */
import { realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { isAbsolute, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fromHere = createRequire(import.meta.url);
const RUNTIME_PACKAGE = /^@(aws-sdk|smithy)\//;

export function confineModules(taskRoot) {
  const rootUrl = pathToFileURL(realpathSync(taskRoot) + sep).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL;
      if (!parent?.startsWith(rootUrl)) return nextResolve(specifier, context);
      const found = tryResolve(specifier, context, nextResolve);
      const isFree = isAbsolute(specifier) || specifier.startsWith('file:');
      if (isFree || !found.url.startsWith('file:') || found.url.startsWith(rootUrl)) return found;
      if (RUNTIME_PACKAGE.test(specifier)) return found;
      throw notFound(specifier, parent);
    },
  });
}

function tryResolve(specifier, context, nextResolve) {
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    if (!RUNTIME_PACKAGE.test(specifier)) throw error;
    const url = context.conditions.includes('require')
      ? pathToFileURL(fromHere.resolve(specifier)).href
      : import.meta.resolve(specifier);
    return { url, shortCircuit: true };
  }
}

function notFound(specifier, parent) {
  const error = new Error(`Cannot find module '${specifier}'\nRequire stack:\n- ${fileURLToPath(parent)}`);
  error.code = 'MODULE_NOT_FOUND';
  return error;
}
