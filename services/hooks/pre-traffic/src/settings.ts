/** The function's environment. `TargetUrl` is the workshop's name; the others follow it. */
import { type ConfigOf, from, integer, type Setting } from '../../../kit/src/config.ts';

export const settings = {
  /** What is asked for: the test listener's address with the path of one class of objects. */
  TargetUrl: httpUrl(),
  /** How many requests are sent, one after another. */
  Requests: integer({ min: 1, max: 100, default: 5 }),
  /** Bound on the median time to the whole answer. */
  MaxLatencyMs: integer({ min: 1, max: 60_000, default: 1_000, unit: 'milliseconds' }),
  /** Bound on each request. */
  RequestTimeoutMs: integer({ min: 10, max: 60_000, default: 3_000, unit: 'milliseconds' }),
};
export type HookConfig = ConfigOf<typeof settings>;

function httpUrl(): Setting<URL> {
  return {
    schema: from((raw) => {
      const url = raw === undefined ? null : URL.parse(raw.trim());
      if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined;
      return url;
    }),
    rule: 'an http or https address without credentials',
    fix: "set it to the test listener's address and a path, such as http://NAME.us-east-1.elb.amazonaws.com:8080/api/threads",
  };
}
