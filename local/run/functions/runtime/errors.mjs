/** Errors in the shapes that Lambda answers and logs. */

/** An error of the runtime's own, e.g. `Runtime.HandlerNotFound`. */
export class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = `Runtime.${type}`;
    if (cause !== undefined) this.reason = cause;
  }
}

/** The answer of a failed invocation. */
export function describeError(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: linesOf(error) };
}

/** The same for the log, with what else the error carries. */
export function formatError(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stack: [] };
  const { name, message, stack, ...rest } = error;
  const own = plain({ ...rest, ...(error.code === undefined ? {} : { code: error.code }) });
  return { errorType: error.name, errorMessage: error.message, ...own, stack: linesOf(error) };
}

const linesOf = (error) => String(error.stack ?? '').split('\n');

/** What JSON cannot hold is shown as text. */
function plain(value) {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return { details: String(value) };
  }
}
