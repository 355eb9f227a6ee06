/**
 * `topics.jsonl` in the state folder: what a plane that is killed leaves of its topics. Each change is appended before
 * anybody is told of it, so nothing that was accepted is lost with the process; what ended is dropped when it is rewritten.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setAside } from '../set-aside.ts';
import { isSavedValue } from './saved-shapes.ts';

/** `topic` and `subscription`: of the API. `message`: accepted. `delivery`: of one to a subscription. `queued`: in a queue. */
export type JournalKind = 'topic' | 'subscription' | 'message' | 'delivery' | 'queued';
/** A value that is null removes the entry. */
export type JournalChange<K extends string = JournalKind> = readonly [kind: K, id: string, value: unknown];

export interface Journal<K extends string = JournalKind> {
  /** In the order in which they were first written. */
  entries(kind: K): readonly (readonly [id: string, value: unknown])[];
  /** All of them or, where the process ends in between, none. */
  commit(changes: readonly JournalChange<K>[]): void;
  close(): void;
}

/** For topics whose end is the end of their messages: tests. */
export const NO_JOURNAL: Journal<string> = { entries: () => [], commit: () => undefined, close: () => undefined };

export interface JournalOptions {
  readonly file: string;
  /** False: what another plane left is removed. */
  readonly resume: boolean;
  readonly onWarn: (message: string) => void;
  /** Written since the last rewriting, before the next one is thought of. Default 8 MiB. */
  readonly rewriteBytes?: number;
  /** Whether what was read is worth keeping. Default: what has the kind's shape */
  readonly isValue?: (kind: JournalKind, value: unknown) => boolean;
}

/** A journal of other kinds than topics have. */
export interface JournalOptionsOf<K extends string> extends Omit<JournalOptions, 'isValue'> {
  readonly kinds: readonly K[];
  readonly isValue: (kind: K, value: unknown) => boolean;
}

const REWRITE_BYTES = 8 * 1024 * 1024;
/** Rewritten when at least three quarters of the file are about what has ended. */
const REWRITE_FACTOR = 4;

export const openJournal = (options: JournalOptions): Journal =>
  openJournalOf({ kinds: KINDS, isValue: isSavedValue, ...options });

export function openJournalOf<K extends string>(options: JournalOptionsOf<K>): Journal<K> {
  const { file, resume, onWarn, rewriteBytes = REWRITE_BYTES } = options;
  const kinds = new Map<K, Map<string, unknown>>();
  if (resume) for (const change of read(file, options)) keep(kinds, change);
  let told = false;
  /** A write failed: the file may end in half a line, to which the next one must not be added. */
  let torn = false;
  let liveBytes = 0;
  let bytes = 0;
  let descriptor = -1;
  let closed = false;

  function guarded(work: () => void): void {
    try {
      work();
      if (told) onWarn(`${file} is written again, with all that was held back`);
      torn = false;
      told = false;
    } catch (error) {
      torn = true;
      if (!told) onWarn(`${file} was not written: ${error instanceof Error ? error.message : String(error)}`);
      told = true;
    }
  }

  function append(to: number, changes: readonly JournalChange<K>[]): number {
    const line = Buffer.from(`${JSON.stringify(changes)}\n`);
    for (let at = 0; at < line.length; ) at += writeSync(to, line, at);
    return line.length;
  }

  /** As a whole, by rename. */
  function rewrite(): void {
    const next = openSync(`${file}.new`, 'w', 0o600);
    let written = 0;
    try {
      for (const [kind, all] of kinds) for (const [id, value] of all) written += append(next, [[kind, id, value]]);
      renameSync(`${file}.new`, file);
    } catch (error) {
      closeSync(next);
      rmSync(`${file}.new`, { force: true });
      throw error;
    }
    if (descriptor >= 0) closeSync(descriptor);
    descriptor = next;
    liveBytes = written;
    bytes = written;
  }

  rmSync(`${file}.new`, { force: true, recursive: true });
  guarded(rewrite);
  return {
    entries: (kind) => [...(kinds.get(kind) ?? [])],
    commit(changes) {
      if (changes.length === 0) return;
      for (const change of changes) keep(kinds, change);
      guarded(() => {
        if (closed) return;
        if (torn) {
          // Fails at once where there is still no room: a rewriting takes as long as there is to write.
          if (descriptor >= 0) writeSync(descriptor, '\n');
          rewrite();
          return;
        }
        bytes += append(descriptor, changes);
        if (bytes > rewriteBytes && bytes > REWRITE_FACTOR * liveBytes) rewrite();
      });
    },
    close() {
      closed = true;
      if (descriptor >= 0) closeSync(descriptor);
      descriptor = -1;
    },
  };
}

function keep<K extends string>(kinds: Map<K, Map<string, unknown>>, [kind, id, value]: JournalChange<K>): void {
  const known = kinds.get(kind) ?? new Map<string, unknown>();
  kinds.set(kind, known);
  if (value === null) known.delete(id);
  else known.set(id, value);
}

/** A last line that was cut off is one that nobody was told of. */
function read<K extends string>(file: string, options: JournalOptionsOf<K>): JournalChange<K>[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const lines = text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== '');
  const changes = lines.flatMap((line) => parse(line, options) ?? [null]);
  const broken = changes.filter((change) => change === null).length;
  if (broken > 0)
    options.onWarn(`${file}: ${broken} of ${lines.length} lines cannot be read and are ignored; ${setAside(file)}`);
  return changes.filter((change) => change !== null);
}

const KINDS: readonly JournalKind[] = ['topic', 'subscription', 'message', 'delivery', 'queued'];

function parse<K extends string>(
  line: string,
  { kinds, isValue }: Pick<JournalOptionsOf<K>, 'kinds' | 'isValue'>,
): JournalChange<K>[] | null {
  try {
    const value = JSON.parse(line) as unknown;
    if (!Array.isArray(value)) return null;
    const changes = value.filter((one): one is JournalChange<K> => isChange(one, kinds));
    if (changes.length < value.length) return null;
    return changes.every(([kind, , saved]) => saved === null || isValue(kind, saved)) ? changes : null;
  } catch {
    return null;
  }
}

const isChange = (value: unknown, kinds: readonly string[]): boolean =>
  Array.isArray(value) && value.length === 3 && kinds.includes(value[0]) && typeof value[1] === 'string';
