/** console.* in Lambda's plain text form: time, request id and level before each message, tabs between. */
import { format } from 'node:util';

const LEVELS = { debug: 'DEBUG', error: 'ERROR', info: 'INFO', log: 'INFO', trace: 'TRACE', warn: 'WARN' };

/** One event a message: newlines inside it become carriage returns, as Lambda's own runtime writes them. */
export function logLine(requestId, level, message) {
  const at = new Date(performance.timeOrigin + performance.now()).toISOString();
  process.stdout.write(`${`${at}\t${requestId}\t${level}\t${message}`.replaceAll('\n', '\r')}\n`);
}

export function patchConsole(requestId) {
  for (const [method, level] of Object.entries(LEVELS))
    console[method] = (...parts) => logLine(requestId, level, format(...parts));
}
