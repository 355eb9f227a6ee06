/** Leases of addresses to owners. No two owners hold one address at a time. */
import { CutoverError } from '../../errors.ts';

export interface AddressPool {
  /** The owner's address; the same one as long as it is held. @throws CutoverError ADDRESS_UNAVAILABLE when all are held */
  lease(owner: string): string;
  /** An owner that holds none is no error. */
  release(owner: string): void;
  holders(): ReadonlyMap<string, string>;
}

export interface PoolOptions {
  /** `load balancer`, `instance`, `task`: for the message. */
  readonly what: string;
  /** 10, 20 or 30; the nine numbers above it are overflow. */
  readonly secondOctet: number;
  /** 0–255. */
  readonly block: number;
  /**
   * `lowest`: a fresh start gives the same addresses in the same order.
   * `oldest`: an address rests as long as possible, so that nothing still aimed at its last owner meets the next one.
   */
  readonly reuse: 'lowest' | 'oldest';
}

const OVERFLOW_OCTETS = 10;
const PER_OCTET = 254;

/** 2,540 addresses: `127.<octet>.<block>.1` to `.254`, then the same below the next second octet. */
export function createPool(options: PoolOptions): AddressPool {
  const held = new Map<string, string>();
  const free: number[] = [];
  const numberOf = new Map<string, number>();
  let fresh = 0;

  const addressOf = (n: number): string =>
    `127.${options.secondOctet + Math.floor(n / PER_OCTET)}.${options.block}.${(n % PER_OCTET) + 1}`;

  const take = (): number => {
    // A never used address rests longest of all, but stays below the first second octet while one there is free.
    if (fresh < PER_OCTET && (options.reuse === 'oldest' || free.length === 0)) return fresh++;
    if (options.reuse === 'lowest') free.sort((a, b) => a - b);
    const next = free.shift();
    if (next !== undefined) return next;
    if (fresh < PER_OCTET * OVERFLOW_OCTETS) return fresh++;
    throw new CutoverError({
      code: 'ADDRESS_UNAVAILABLE',
      message: `no address is left for another ${options.what}`,
      value: held.size,
      rule: `the plane gives each ${options.what} a loopback address of its own and has ${PER_OCTET * OVERFLOW_OCTETS} of them`,
      fix: `run fewer ${options.what}s at a time`,
    });
  };

  return {
    lease(owner) {
      const known = held.get(owner);
      if (known !== undefined) return known;
      const number = take();
      const address = addressOf(number);
      held.set(owner, address);
      numberOf.set(owner, number);
      return address;
    },
    release(owner) {
      const number = numberOf.get(owner);
      if (number === undefined) return;
      numberOf.delete(owner);
      held.delete(owner);
      free.push(number);
    },
    holders: () => held,
  };
}

/** All owners share the one address that the machine has; ports tell them apart. */
export function createSharedPool(address: string): AddressPool {
  const held = new Map<string, string>();
  return {
    lease(owner) {
      held.set(owner, address);
      return address;
    },
    release: (owner) => void held.delete(owner),
    holders: () => held,
  };
}
