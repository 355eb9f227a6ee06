/** Small pieces of HTTP text, without regular expressions where the hot path goes. */

const TAB = 9;
const SPACE = 32;

/** A slice without the blanks around it; only space and tab are blanks in HTTP (RFC 9110 §5.6.3). */
export function sliceTrimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === SPACE || code === TAB;

/** Is it all visible ASCII, blanks, and CRs and LFs in pairs? A loop: half the time of a regular expression. */
export function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= SPACE && code < 127) continue;
    if (code === TAB) continue;
    if (code !== 13 || text.charCodeAt(++at) !== 10) return false;
  }
  return true;
}

/** The items of a comma-separated list, in lower case. */
export function listItems(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((item) => sliceTrimmed(item, 0, item.length))
    .filter((item) => item !== '');
}

/** What Connection fields say (RFC 9110 §7.6.1). */
export class ConnectionOptions {
  close = false;
  keepAlive = false;
  upgrade = false;
  /** Fields that are for this hop only, besides the standard ones; in lower case. */
  names: string[] | null = null;

  add(value: string): void {
    // Nearly every Connection field is one of these two.
    if (value === 'keep-alive') this.keepAlive = true;
    else if (value === 'close') this.close = true;
    else for (const item of listItems(value)) this.#item(item);
  }

  #item(item: string): void {
    if (item === 'keep-alive') this.keepAlive = true;
    else if (item === 'close') this.close = true;
    else if (item === 'upgrade') this.upgrade = true;
    else if (item !== 'te') this.names = [...(this.names ?? []), item];
  }
}

/** How many items a comma-separated list has. */
export function countItems(value: string): number {
  let count = 1;
  for (let at = value.indexOf(','); at !== -1; at = value.indexOf(',', at + 1)) count++;
  return count;
}

export const NAME_VALID = 0;
/** A character that AWS's `[-A-Za-z0-9]+` does not have, but that makes no second reading. */
export const NAME_ODD = 1;
/** A blank, a control character, or nothing at all. */
export const NAME_BAD = 2;

/** What kind of header name stands at [from, to). */
export function nameKind(text: string, from: number, to: number): number {
  if (from >= to) return NAME_BAD;
  let kind = NAME_VALID;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === 127) return NAME_BAD;
    const lower = code | 32;
    const plain = (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 45;
    if (!plain) kind = NAME_ODD;
  }
  return kind;
}

/** Every value of a header in a head whose lines end in CRLF, the start line left out. @param name in lower case */
export function headerValues(head: string, name: string): string[] {
  const values: string[] = [];
  for (let at = head.indexOf('\r\n') + 2; at > 1 && at < head.length; ) {
    const end = head.indexOf('\r\n', at);
    const colon = head.indexOf(':', at);
    if (end === -1 || colon === -1) break;
    if (colon - at === name.length && head.slice(at, colon).toLowerCase() === name)
      values.push(sliceTrimmed(head, colon + 1, end));
    at = end + 2;
  }
  return values;
}

/** A header block without the fields of these names. */
export function withoutFields(block: string, names: ReadonlySet<string>): string {
  let kept = '';
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf('\r\n', at) + 2;
    const colon = block.indexOf(':', at);
    if (!names.has(block.slice(at, colon).toLowerCase())) kept += block.slice(at, end);
    at = end;
  }
  return kept;
}

/** A decimal of ASCII digits below 2^53; -1 where it is none. */
export function parseLength(value: string): number {
  if (value.length === 0 || value.length > 15) return -1;
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}
