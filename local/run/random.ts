/** Where the plane's randomness comes from (lint bans Math.random elsewhere): seedable, so a run can be repeated. */
import { createHash, randomBytes } from 'node:crypto';

export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
  /** `length` lower-case hex digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** @param seed any text; the same seed gives the same sequence. Default: from the operating system. */
export function createRandom(seed: string = randomBytes(16).toString('hex')): Random {
  let counter = 0;
  let pool = Buffer.alloc(0);
  const bytes = (n: number): Buffer => {
    while (pool.length < n) pool = Buffer.concat([pool, createHash('sha256').update(`${seed}:${counter++}`).digest()]);
    const out = pool.subarray(0, n);
    pool = pool.subarray(n);
    return out;
  };
  const hex = (length: number): string =>
    bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  const next = (): number => bytes(4).readUInt32BE() / 2 ** 32;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    hex,
    uuid() {
      const b = Buffer.from(bytes(16));
      b[6] = (b[6]! & 0x0f) | 0x40;
      b[8] = (b[8]! & 0x3f) | 0x80;
      const h = b.toString('hex');
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
    },
  };
}
