/** Durations that task definitions carry in their environment: `…_MS`, `…_SECONDS`, or a bare number. Pure. */
import type { ContainerDefinition } from '../../../topology.ts';

export interface Duration {
  readonly name: string;
  readonly seconds: number;
}

/** A bare number of this size or more is taken for milliseconds. */
const LEAST_MILLISECONDS = 1000;

/** The first variable that the pattern names and that holds a number; null where there is none. */
export function durationIn(container: ContainerDefinition, names: RegExp): Duration | null {
  for (const [name, value] of Object.entries(container.environment)) {
    const found = names.test(name) ? VALUE.exec(value) : null;
    if (!found) continue;
    const number = Number(found[1]);
    const unit = found[2]?.toLowerCase();
    if (unit === undefined && isSwitch(name, number)) continue;
    if (unit?.startsWith('m') && unit !== 'ms') return { name, seconds: number * 60 };
    const isSeconds = unit?.startsWith('s') || /_(S|SEC|SECS|SECONDS)$/i.test(name);
    const isMilliseconds = unit === 'ms' || /_(MS|MILLIS|MILLISECONDS)$/i.test(name);
    const inSeconds = isSeconds || (!isMilliseconds && number < LEAST_MILLISECONDS);
    return { name, seconds: inSeconds ? number : number / 1000 };
  }
  return null;
}

/** `5000`, `5000ms`, `5s`, `5 sec`, `1m`, and Java's `PT5S`. */
const VALUE = /^\s*(?:PT)?(\d+(?:\.\d+)?)\s*(ms|s|secs?|seconds?|m|min|minutes?)?\s*$/i;

/** `HTTP_KEEP_ALIVE=1` turns it on. */
const isSwitch = (name: string, number: number): boolean =>
  number <= 1 && !/TIME_?OUT|PERIOD|GRACE|_(?:S|SEC|MS)/i.test(name);

/** How long a service finishes requests after SIGTERM. */
export const DRAIN = /(^|_)(DRAIN|SHUTDOWN|GRACEFUL|TERMINATION)(_[A-Z]+)*_?(TIMEOUT|PERIOD|GRACE)(_[A-Z]+)?$/i;

/** How long a service keeps an idle connection of its clients; not what it keeps to a database or a queue. */
export const KEEP_ALIVE =
  /^(?!.*(?:^|_)(?:REDIS|CACHE|MEMCACHED|DB|DATABASE|PG|POSTGRES\w*|MYSQL|MONGO\w*|KAFKA|RABBIT\w*|AMQP|MQTT|GRPC|SQS|TCP|SSH|CLIENT|AGENT|UPSTREAM|PROXY|WS|WEBSOCKET)_).*KEEP_?ALIVE(_?TIMEOUT)?(_[A-Z]+)?$/i;

/** The same as an argument of a server: gunicorn's and hypercorn's `--keep-alive`, uvicorn's `--timeout-keep-alive`, all in seconds. */
const KEEP_ALIVE_ARGUMENT = /(?:^|\s)--(?:timeout-)?keep-?alive(?:-timeout)?[=\s]+(\d+(?:\.\d+)?)(?=\s|$)/;

/** The duration that a command line, or arguments in a variable such as `GUNICORN_CMD_ARGS`, sets; null where none does. */
export function keepAliveArgument(container: ContainerDefinition): (Duration & { readonly isCommand: boolean }) | null {
  const command = [...(container.entryPoint ?? []), ...(container.command ?? [])].join(' ');
  const lines = [['command', command] as const, ...Object.entries(container.environment)];
  for (const [index, [name, line]] of lines.entries()) {
    const seconds = KEEP_ALIVE_ARGUMENT.exec(line)?.[1];
    if (seconds !== undefined) return { name, seconds: Number(seconds), isCommand: index === 0 };
  }
  return null;
}
