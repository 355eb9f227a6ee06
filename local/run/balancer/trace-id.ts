/** X-Amzn-Trace-Id (ELB load-balancer-request-tracing). */
import type { Random } from '../random.ts';

/** Past this the header is written anew with only a Root. */
const HEAD_LIMIT = 7 * 1024;
/** Three digits each. */
const HEX = Array.from({ length: 4096 }, (_, value) => value.toString(16).padStart(3, '0'));

export interface TraceIds {
  /** The header's value for the target. @param received the client's; null where it sent none */
  next(received: string | null, headBytes: number): string;
  /** Called about each second. @param epochSeconds wall time */
  tick(epochSeconds: number): void;
}

/**
 * Ids are a random prefix, renewed each tick, and a number that walks through all of 2^24 once: unique without asking
 * for randomness with every request.
 */
export function createTraceIds(random: Random, epochSeconds: number): TraceIds {
  let prefix = '';
  let step = 0;
  const tick = (seconds: number): void => {
    prefix = `1-${Math.floor(seconds).toString(16).padStart(8, '0')}-${random.hex(18)}`;
    step = random.below(2 ** 24);
  };
  tick(epochSeconds);
  const fresh = (): string => {
    // Full period (Hull and Dobell): no number comes twice before all have come.
    step = (Math.imul(step, 1_140_613) + 12_820_163) & 0xff_ff_ff;
    return prefix + HEX[step >>> 12] + HEX[step & 0xfff];
  };
  return {
    tick,
    next(received, headBytes) {
      if (received === null || received === '' || headBytes > HEAD_LIMIT) return `Root=${fresh()}`;
      const fields = received
        .split(';')
        .map((field) => field.trim())
        .filter((field) => field !== '' && !field.startsWith('Self='));
      const own = fields.some((field) => field.startsWith('Root=')) ? 'Self' : 'Root';
      return [`${own}=${fresh()}`, ...fields].join(';');
    },
  };
}
