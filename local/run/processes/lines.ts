/** Splits a byte stream into lines as the awslogs driver does: at newlines, and at 256 KiB where there is none. */

/** CloudWatch Logs takes no event over 256 KiB (Logs API reference, PutLogEvents). */
export const MAX_LINE_BYTES = 256 * 1024;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands over a last line that has no newline. */
  end(): void;
}

/**
 * Memory is bounded by `maxBytes` and one chunk.
 * @param onLine called with each line, without its newline; bytes that are no UTF-8 become U+FFFD
 */
export function createLineSplitter(onLine: (line: string) => void, maxBytes = MAX_LINE_BYTES): LineSplitter {
  let pieces: Buffer[] = [];
  let heldBytes = 0;

  const takeHeld = (last: Buffer): Buffer => {
    const whole = heldBytes === 0 ? last : Buffer.concat([...pieces, last], heldBytes + last.length);
    pieces = [];
    heldBytes = 0;
    return whole;
  };
  /** Emits full parts of a line that is too long. @returns what remains of it */
  const cut = (line: Buffer): Buffer => {
    let from = 0;
    while (line.length - from > maxBytes) {
      const end = characterStart(line, from, from + maxBytes);
      onLine(line.toString('utf8', from, end));
      from = end;
    }
    return line.subarray(from);
  };
  const hold = (piece: Buffer): void => {
    if (piece.length === 0) return;
    pieces.push(Buffer.from(piece)); // a copy: a slice would keep the whole chunk alive
    heldBytes += piece.length;
  };

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        onLine(cut(takeHeld(chunk.subarray(from, at))).toString('utf8'));
        from = at + 1;
      }
      hold(chunk.subarray(from));
      if (heldBytes > maxBytes) hold(cut(takeHeld(Buffer.alloc(0))));
    },
    end() {
      if (heldBytes > 0) onLine(cut(takeHeld(Buffer.alloc(0))).toString('utf8'));
    },
  };
}

/** The last position in (from, at] where a UTF-8 character begins, so that none is cut in two; `at` where none does. */
function characterStart(bytes: Buffer, from: number, at: number): number {
  for (let i = at; i > at - 4 && i > from; i--) if ((bytes[i]! & 0xc0) !== 0x80) return i;
  return at;
}
