/** Part of a group's records on disk: appended to in batches, read by sequence number. Owns one file. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { decodeRecord, encodeRecord, type StoredRecord } from './record.ts';

const READ_BYTES = 256 * 1024;

export interface Segment {
  readonly bytes: number;
  /** As CloudWatch counts: message bytes and 26 an event (Logs API reference, PutLogEvents). */
  readonly storedBytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastMs: number;
  append(records: readonly StoredRecord[]): void;
  /** Records with seq > afterSeq, oldest first, until the visitor says `stop`. @returns false where it did */
  scan(afterSeq: number, visit: (record: StoredRecord) => 'next' | 'stop'): boolean;
  /** Closes and removes the file. */
  drop(): void;
  close(): void;
}

/** @param file is created; an existing one is emptied */
export function createSegment(file: string): Segment {
  const fd = openSync(file, 'w+', 0o600);
  /** Where each batch begins. */
  const index: { readonly seq: number; readonly offset: number }[] = [];
  let bytes = 0;
  let storedBytes = 0;
  let lastSeq = 0;
  let lastMs = 0;

  function* linesFrom(offset: number): Generator<string> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest: Buffer = Buffer.alloc(0);
    for (let at = offset; at < bytes; ) {
      const read = readSync(fd, buffer, 0, Math.min(READ_BYTES, bytes - at), at);
      if (read === 0) return;
      at += read;
      const chunk = rest.length > 0 ? Buffer.concat([rest, buffer.subarray(0, read)]) : buffer.subarray(0, read);
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        yield chunk.toString('utf8', from, end);
        from = end + 1;
      }
      rest = Buffer.from(chunk.subarray(from));
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    get storedBytes() {
      return storedBytes;
    },
    get firstSeq() {
      return index[0]?.seq ?? 0;
    },
    get lastSeq() {
      return lastSeq;
    },
    get lastMs() {
      return lastMs;
    },
    append(records) {
      const [first, last] = [records[0], records.at(-1)];
      if (!first || !last) return;
      const batch = Buffer.from(records.map(encodeRecord).join(''));
      for (let done = 0; done < batch.length; ) done += writeSync(fd, batch, done, batch.length - done, bytes + done);
      index.push({ seq: first.seq, offset: bytes });
      bytes += batch.length;
      for (const record of records) storedBytes += record.bytes;
      lastSeq = last.seq;
      lastMs = last.timestampMs;
    },
    scan(afterSeq, visit) {
      // The last batch that begins at or before the wanted record.
      let low = 0;
      for (let high = index.length - 1; low < high; ) {
        const middle = Math.ceil((low + high) / 2);
        if ((index[middle]?.seq ?? 0) <= afterSeq + 1) low = middle;
        else high = middle - 1;
      }
      for (const line of linesFrom(index[low]?.offset ?? 0)) {
        const record = decodeRecord(line);
        if (record.seq > afterSeq && visit(record) === 'stop') return false;
      }
      return true;
    },
    drop() {
      closeSync(fd);
      rmSync(file, { force: true });
    },
    close: () => closeSync(fd),
  };
}
