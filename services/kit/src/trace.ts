/** X-Amzn-Trace-Id: taken from the load balancer, made where it is absent (ELB load-balancer-request-tracing). */
import { randomBytes } from 'node:crypto';

export const TRACE_HEADER = 'x-amzn-trace-id';

/** Fields such as `Self=…;Root=…;CalledFrom=app`. Anything else is not passed on: it would end in logs and headers. */
const WELL_FORMED = /^[A-Za-z]{1,32}=[\w:.-]{1,128}(;[A-Za-z]{1,32}=[\w:.-]{1,128}){0,15};?$/;
const ROOT = /(?:^|;)Root=([\w:.-]+)/;

let pool = Buffer.alloc(0);
let used = 0;

/** @returns the header to pass on to downstream calls and to log: the one received, or a new `Root=1-<8 hex>-<24 hex>` */
export function traceOf(received: string | undefined): string {
  if (received !== undefined && received.length <= 1_024 && WELL_FORMED.test(received) && ROOT.test(received)) {
    return received;
  }
  return `Root=1-${Math.floor(Date.now() / 1_000)
    .toString(16)
    .padStart(8, '0')}-${random24()}`;
}

/** 96 random bits; one call to the system serves many requests. */
function random24(): string {
  if (used + 12 > pool.length) {
    pool = randomBytes(12 * 256);
    used = 0;
  }
  used += 12;
  return pool.toString('hex', used - 12, used);
}
