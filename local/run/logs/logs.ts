/**
 * The log store: awslogs groups and streams. Records go to disk in batches and stay in memory while they are new, so
 * that 20,000 lines a second cost little; reads begin on disk where memory no longer reaches (docs/processes.md).
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { LogRecord, LogStore } from '../contracts.ts';
import { createGroup, type LogGroupStore, type LogLimits, recordBytes } from './group.ts';

export interface LogStoreOptions {
  readonly clock: Clock;
  /** Emptied; what a plane that was killed left there moves to `<dir>.previous`. */
  readonly dir: string;
  /** Told once a group when its records cannot be written; they are then kept in memory only. */
  readonly onWarn?: (message: string) => void;
  readonly limits?: Partial<LogLimits>;
}

const DEFAULT_LIMITS: LogLimits = {
  groupMemoryBytes: 4 * 2 ** 20,
  memoryBytes: 48 * 2 ** 20,
  batchBytes: 256 * 1024,
  segmentBytes: 8 * 2 ** 20,
  groupDiskBytes: 512 * 2 ** 20,
  groupStreams: 10_000,
};
/** A record is on disk this long after it came, at the latest. */
const FLUSH_WALL_MS = 250;
/** AWS's own page (Logs API reference, FilterLogEvents). */
const DEFAULT_READ_LIMIT = 10_000;
/** Logs API reference, CreateLogStream; control characters are refused too. */
const STREAM_NAME = /^[^:*\p{Cc}]{1,512}$/u;
const EXPIRY_CHECK_MS = 3_600_000;

export function createLogStore(options: LogStoreOptions): LogStore {
  const { clock, dir } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const groups = new Map<string, LogGroupStore>();
  const listeners = new Set<(group: string, stream: string, record: LogRecord) => void>();
  const failed = new Set<string>();
  let lastSeq = 0;
  let cancelFlush: (() => void) | null = null;
  let closed = false;

  const memoryBytes = (): number => Math.min(limits.groupMemoryBytes, limits.memoryBytes / groups.size);

  setAside(dir);
  const cancelExpiry = clock.every(EXPIRY_CHECK_MS, () => {
    for (const group of groups.values()) group.expire(clock.now());
  });

  const onDisk = (group: LogGroupStore, write: () => void): void => {
    try {
      write();
    } catch (error) {
      if (failed.has(group.name)) return;
      failed.add(group.name);
      options.onWarn?.(`log group ${group.name} is kept in memory only: ${(error as Error).message}`);
    }
  };
  const flushAll = (): void => {
    cancelFlush = null;
    for (const group of groups.values()) onDisk(group, group.flush);
  };
  const need = (name: string): LogGroupStore => {
    const group = groups.get(name);
    if (group) return group;
    throw named('ResourceNotFoundException', `The specified log group does not exist: ${name}`);
  };

  return {
    putGroup(name, retentionDays) {
      const group = groups.get(name) ?? createGroup(name, clock.now(), { dir, limits, memoryBytes });
      group.retentionDays = retentionDays;
      groups.set(name, group);
      group.expire(clock.now());
    },
    removeGroup(name) {
      groups.get(name)?.drop();
      groups.delete(name);
      failed.delete(name);
    },
    groups: () =>
      [...groups.values()]
        .map(({ name, retentionDays, createdMs, storedBytes }) => ({ name, retentionDays, createdMs, storedBytes }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    streams: (name) => [...need(name).streams.values()].map((stream) => ({ ...stream })),
    append(groupName, stream, message) {
      const group = need(groupName);
      // awslogs sends no empty event: PutLogEvents refuses one.
      if (closed || message === '') return;
      // The stream's name is a field of the record's line.
      if (!STREAM_NAME.test(stream)) throw named('InvalidParameterException', `no log stream can be called ${stream}`);
      lastSeq += 1;
      const record = { seq: lastSeq, stream, timestampMs: clock.now(), message, bytes: recordBytes(message) };
      onDisk(group, () => group.append(record));
      if (group.pendingBytes > 0) cancelFlush ??= clock.afterWall(FLUSH_WALL_MS, flushAll);
      for (const listener of listeners) listener(groupName, stream, record);
    },
    read(query) {
      const limit = query.limit ?? DEFAULT_READ_LIMIT;
      const found: (LogRecord & { seq: number; stream: string })[] = [];
      if (limit <= 0) return found;
      const { stream, startMs = Number.NEGATIVE_INFINITY, endMs = Number.POSITIVE_INFINITY, contains = '' } = query;
      need(query.group).scan(query.afterSeq ?? 0, (record) => {
        // Control time only moves on, so nothing later can match.
        if (record.timestampMs > endMs) return 'stop';
        if (record.timestampMs < startMs || (stream !== undefined && record.stream !== stream)) return 'next';
        if (!record.message.includes(contains)) return 'next';
        const { seq, timestampMs, message } = record;
        found.push({ seq, stream: record.stream, timestampMs, message });
        return found.length === limit ? 'stop' : 'next';
      });
      return found;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (closed) return;
      closed = true;
      cancelFlush?.();
      cancelExpiry();
      for (const group of groups.values()) onDisk(group, () => group.close());
    },
  };
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Keeps the last run's files for whoever looks into why it was killed: one generation. */
function setAside(dir: string): void {
  rmSync(`${dir}.previous`, { recursive: true, force: true });
  try {
    renameSync(dir, `${dir}.previous`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
}
