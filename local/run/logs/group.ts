/** One log group: its streams, the newest records in memory, all of them on disk up to a bound. */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_OVERHEAD_BYTES, type StoredRecord } from './record.ts';
import { createSegment, type Segment } from './segment.ts';

export interface LogLimits {
  /** Records of a group that are kept in memory. Default 4 MiB. */
  readonly groupMemoryBytes: number;
  /** Records of all groups in memory; each group has an equal share. Default 48 MiB. */
  readonly memoryBytes: number;
  /** Unwritten records of a group; more are written at once. Default 256 KiB. */
  readonly batchBytes: number;
  /** Default 8 MiB. */
  readonly segmentBytes: number;
  /** A group's files; beyond it the oldest segment goes. Default 512 MiB. */
  readonly groupDiskBytes: number;
  /** Streams of a group that are listed; beyond it the one that was silent longest goes from the list. Default 10,000. */
  readonly groupStreams: number;
}

export interface StreamInfo {
  readonly name: string;
  readonly createdMs: number;
  firstMs: number | null;
  lastMs: number | null;
}

export interface LogGroupStore {
  readonly name: string;
  retentionDays: number;
  readonly createdMs: number;
  readonly storedBytes: number;
  readonly streams: ReadonlyMap<string, StreamInfo>;
  readonly pendingBytes: number;
  append(record: StoredRecord): void;
  /** Writes what is only in memory. @throws where the disk refuses */
  flush(): void;
  /** Records with seq > afterSeq, oldest first, until the visitor says `stop`. */
  scan(afterSeq: number, visit: (record: StoredRecord) => 'next' | 'stop'): void;
  /** Drops segments whose newest record is older than the retention. */
  expire(nowMs: number): void;
  drop(): void;
  close(): void;
}

interface GroupContext {
  /** Groups have a folder each in it. */
  readonly dir: string;
  readonly limits: LogLimits;
  /** What this group may keep in memory now. */
  readonly memoryBytes: () => number;
}

const DAY_MS = 86_400_000;

export function createGroup(name: string, createdMs: number, context: GroupContext): LogGroupStore {
  const { limits, memoryBytes } = context;
  const dir = join(context.dir, folderOf(name));
  const streams = new Map<string, StreamInfo>();
  const segments: Segment[] = [];
  /** The newest records; the last `pending` of them are not on disk yet. */
  let recent: StoredRecord[] = [];
  let recentBytes = 0;
  let pending = 0;
  let pendingBytes = 0;
  let segmentCount = 0;

  function noteStream(record: StoredRecord): void {
    const known = streams.get(record.stream);
    if (known) {
      known.lastMs = record.timestampMs;
      return;
    }
    const { stream: streamName, timestampMs } = record;
    streams.set(streamName, { name: streamName, createdMs: timestampMs, firstMs: timestampMs, lastMs: timestampMs });
    if (streams.size <= limits.groupStreams) return;
    const silent = [...streams.values()].reduce((a, b) => ((b.lastMs ?? 0) < (a.lastMs ?? 0) ? b : a));
    streams.delete(silent.name);
  }

  /** Halves what is in memory, so that the cost is spread over many records. */
  function trim(): void {
    try {
      flush();
    } finally {
      let from = 0;
      for (; recentBytes > memoryBytes() / 2 && from < recent.length - 1; from++)
        recentBytes -= recent[from]?.bytes ?? 0;
      recent = recent.slice(from);
    }
  }

  function flush(): void {
    if (pending === 0) return;
    const batch = recent.slice(-pending);
    // Not tried again where the disk refuses: they stay readable in memory until they are pushed out.
    pending = 0;
    pendingBytes = 0;
    let segment = segments.at(-1);
    if (!segment || segment.bytes >= limits.segmentBytes) {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      segmentCount += 1;
      segment = createSegment(join(dir, `${String(segmentCount).padStart(6, '0')}.log`));
      segments.push(segment);
    }
    segment.append(batch);
    while (segments.length > 1 && segments.reduce((sum, one) => sum + one.bytes, 0) > limits.groupDiskBytes)
      segments.shift()?.drop();
  }

  return {
    name,
    retentionDays: 0,
    createdMs,
    streams,
    get pendingBytes() {
      return pendingBytes;
    },
    get storedBytes() {
      const unwritten = pending === 0 ? [] : recent.slice(-pending);
      const written = segments.reduce((sum, one) => sum + one.storedBytes, 0);
      return unwritten.reduce((sum, one) => sum + one.bytes, written);
    },
    append(record) {
      noteStream(record);
      recent.push(record);
      recentBytes += record.bytes;
      pending += 1;
      pendingBytes += record.bytes;
      if (pendingBytes >= limits.batchBytes) flush();
      if (recentBytes > memoryBytes()) trim();
    },
    flush,
    scan(afterSeq, visit) {
      const inMemoryFrom = recent[0]?.seq ?? Number.POSITIVE_INFINITY;
      if (afterSeq + 1 < inMemoryFrom) {
        for (const segment of segments) {
          if (segment.firstSeq >= inMemoryFrom) break;
          if (segment.lastSeq <= afterSeq) continue;
          let reached = false;
          const goOn = segment.scan(afterSeq, (record) => {
            reached = record.seq >= inMemoryFrom;
            return reached ? 'stop' : visit(record);
          });
          if (reached) break;
          if (!goOn) return;
        }
      }
      for (let i = firstAfter(recent, afterSeq); i < recent.length; i++)
        if (visit(recent[i] as StoredRecord) === 'stop') return;
    },
    expire(nowMs) {
      if (this.retentionDays === 0) return;
      const oldestMs = nowMs - this.retentionDays * DAY_MS;
      while (segments[0] && segments[0].lastMs < oldestMs) segments.shift()?.drop();
      const from = recent.slice(0, recent.length - pending).findIndex((record) => record.timestampMs >= oldestMs);
      const expired = recent.splice(0, from === -1 ? recent.length - pending : from);
      for (const record of expired) recentBytes -= record.bytes;
    },
    drop() {
      for (const segment of segments.splice(0)) segment.drop();
      recent = [];
      pending = 0;
      rmSync(dir, { recursive: true, force: true });
    },
    close() {
      flush();
      for (const segment of segments.splice(0)) segment.close();
    },
  };
}

/** Index of the first record with seq > afterSeq, by halving. */
function firstAfter(records: readonly StoredRecord[], afterSeq: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.seq ?? 0) > afterSeq) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Readable for people, and different for different groups: a group's name may hold slashes and 512 characters. */
function folderOf(name: string): string {
  const readable = name
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 80);
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export const recordBytes = (message: string): number => Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
