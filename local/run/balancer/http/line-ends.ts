/** Lines of a head end in CRLF; a recipient that took less would see other lines than one that does not (RFC 9112 §2.2). */

export const CR = 13;
export const LF = 10;

/**
 * Is there an LF without its CR, or a CR without its LF? A CR at the very end may still get one.
 *
 * @param from bytes before it were looked at, but for a CR that was their last
 */
export function hasBareLineEnd(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1))
    if (bytes[at - 1] !== CR) return true;
  for (let at = bytes.indexOf(CR, from); at !== -1; at = bytes.indexOf(CR, at + 1))
    if (at + 1 < bytes.length && bytes[at + 1] !== LF) return true;
  return false;
}
