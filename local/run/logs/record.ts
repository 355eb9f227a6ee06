/** One log event as it is kept, and its line on disk. Pure. */

export interface StoredRecord {
  readonly seq: number;
  readonly stream: string;
  /** Control time. */
  readonly timestampMs: number;
  readonly message: string;
  /** Bytes of the message plus 26, CloudWatch's measure. */
  readonly bytes: number;
}

export const EVENT_OVERHEAD_BYTES = 26;

/** `seq TAB ms TAB stream TAB message`, the message as JSON where it holds a newline or begins as JSON text does. */
export function encodeRecord({ seq, timestampMs, stream, message }: StoredRecord): string {
  const plain = !message.includes('\n') && !message.startsWith('"');
  return `${seq}\t${timestampMs}\t${stream}\t${plain ? message : JSON.stringify(message)}\n`;
}

/** @param line without its newline */
export function decodeRecord(line: string): StoredRecord {
  const first = line.indexOf('\t');
  const second = line.indexOf('\t', first + 1);
  const third = line.indexOf('\t', second + 1);
  const text = line.slice(third + 1);
  const message = text.startsWith('"') ? (JSON.parse(text) as string) : text;
  return {
    seq: Number(line.slice(0, first)),
    timestampMs: Number(line.slice(first + 1, second)),
    stream: line.slice(second + 1, third),
    message,
    bytes: Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES,
  };
}
