/** Headers that a service sends with each of its responses, such as its version. */
import type { ServerResponse } from 'node:http';

/** Name → value. */
export type ServiceHeaders = Readonly<Record<string, string>>;

const KEY = Symbol('service headers');
type Carrier = ServerResponse & { [KEY]?: ServiceHeaders };

/** Notes them on a response: whoever writes its head, the error path too, sends them. */
export function noteServiceHeaders(res: ServerResponse, headers: ServiceHeaders | undefined): void {
  (res as Carrier)[KEY] = headers;
}

export function serviceHeadersOf(res: ServerResponse): ServiceHeaders | undefined {
  return (res as Carrier)[KEY];
}
