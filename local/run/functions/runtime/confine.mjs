/**
 * A program brings its own modules: what lies around it on this machine (the project's node_modules above the state
 * folder) is not there on AWS.
 */
import { realpathSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { isAbsolute, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const fromHere = createRequire(import.meta.url);
/** The AWS SDK is part of Lambda's Node runtimes (lambda lambda-nodejs). */
export const LAMBDA_PACKAGE = /^@(aws-sdk|smithy)\//;
const NONE = /(?!)/;

/**
 * From now on modules inside the folder find only modules inside it, Node's own, and absolute paths.
 * @param root a folder
 * @param provided names of packages that are there all the same; none where it is left out
 */
export function confineModules(root, provided = NONE) {
  const rootUrl = pathToFileURL(realpathSync(root) + sep).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL;
      if (!parent?.startsWith(rootUrl)) return nextResolve(specifier, context);
      const found = tryResolve(specifier, context, nextResolve, provided);
      const isFree = isAbsolute(specifier) || specifier.startsWith('file:');
      if (isFree || !found.url.startsWith('file:') || found.url.startsWith(rootUrl)) return found;
      if (provided.test(specifier)) return found;
      throw notFound(specifier, parent);
    },
  });
}

function tryResolve(specifier, context, nextResolve, provided) {
  try {
    return nextResolve(specifier, context);
  } catch (error) {
    if (!provided.test(specifier)) throw error;
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
