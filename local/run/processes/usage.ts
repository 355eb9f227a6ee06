/** CPU and memory of a process with its descendants, from /proc. */
import { readFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { type KnownChild, membersOf } from './members.ts';
import { type ProcessRow, processTable } from './table.ts';

export interface Usage {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

/** One table serves all questions asked within this time: a scan costs about 10 µs a process. */
const TABLE_LIFE_MS = 200;

/** @returns a reader that answers null where the process is gone, and on systems without /proc */
export function createUsageReader(clock: Clock): (child: KnownChild) => Usage | null {
  if (process.platform !== 'linux') return () => null;
  const { ticksPerSecond, pageBytes } = systemConstants();
  let table: readonly ProcessRow[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  return (child) => {
    const now = clock.monotonicMs();
    if (now - readAtMs > TABLE_LIFE_MS || now < readAtMs) {
      table = processTable();
      readAtMs = now;
    }
    // Group and descendants are enough here; reading each environment would cost more than it tells.
    const members = membersOf([child], table, {
      ownsGroups: false,
      since: null,
      isOurs: () => false,
      readMarker: () => null,
    });
    if (members.length === 0) return null;
    const sum = (of: (row: ProcessRow) => number): number => members.reduce((total, row) => total + of(row), 0);
    return {
      cpuSeconds: sum((row) => row.cpuTicks) / ticksPerSecond,
      rssMiB: (sum((row) => row.rssPages) * pageBytes) / 2 ** 20,
    };
  };
}

/** AT_CLKTCK and AT_PAGESZ of getauxval(3): pairs of 64-bit words in /proc/self/auxv. */
export function systemConstants(): { ticksPerSecond: number; pageBytes: number } {
  const found = new Map<bigint, number>();
  try {
    const bytes = readFileSync('/proc/self/auxv');
    const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
    const word = (at: number): bigint => (littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    for (let at = 0; at + 16 <= bytes.length; at += 16) found.set(word(at), Number(word(at + 8)));
  } catch {
    // a hardened kernel may hide it: the values below hold on x86-64 and most of arm64
  }
  return { ticksPerSecond: found.get(17n) ?? 100, pageBytes: found.get(6n) ?? 4096 };
}
