/** CBOR (RFC 8949) as far as Smithy uses it: no bignums, no foreign tags. Bounded by its input and by depth. */

const MAX_DEPTH = 64;
const BREAK = Symbol('break');

/** Dates become tag 1 (epoch seconds); undefined and null members are left out. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  encode(value, parts);
  return Buffer.concat(parts);
}

function encode(value: unknown, parts: Buffer[]): void {
  if (value === null || value === undefined) parts.push(Buffer.of(0xf6));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (typeof value === 'number') parts.push(encodeNumber(value));
  else if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    parts.push(head(3, bytes.length), bytes);
  } else if (Buffer.isBuffer(value)) parts.push(head(2, value.length), value);
  else if (value instanceof Date) parts.push(Buffer.of(0xc1), encodeNumber(value.getTime() / 1000));
  else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const item of value) encode(item, parts);
  } else encodeMap(value instanceof Map ? [...value] : Object.entries(value as object), parts);
}

function encodeMap(entries: readonly [string, unknown][], parts: Buffer[]): void {
  const kept = entries.filter(([, member]) => member !== undefined && member !== null);
  parts.push(head(5, kept.length));
  for (const [key, member] of kept) {
    encode(key, parts);
    encode(member, parts);
  }
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value >= 0 ? head(0, value) : head(1, -1 - value);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, argument: number): Buffer {
  const top = major << 5;
  if (argument < 24) return Buffer.of(top | argument);
  if (argument < 0x100) return Buffer.of(top | 24, argument);
  if (argument < 0x10000) return Buffer.of(top | 25, argument >> 8, argument & 0xff);
  const bytes = Buffer.alloc(argument < 0x100000000 ? 5 : 9);
  bytes[0] = top | (bytes.length === 5 ? 26 : 27);
  if (bytes.length === 5) bytes.writeUInt32BE(argument, 1);
  else bytes.writeBigUInt64BE(BigInt(argument), 1);
  return bytes;
}

/** @throws Error where the bytes are no single well-formed item */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = { bytes, at: 0 };
  const value = decode(reader, 0);
  if (value === BREAK || reader.at !== bytes.length) throw new Error('malformed CBOR');
  return value;
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

function decode(reader: Reader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Error('CBOR nests too deep');
  const first = take(reader, 1)[0] ?? 0;
  const major = first >> 5;
  const info = first & 31;
  if (major === 7) return decodeSimple(reader, info);
  const indefinite = info === 31;
  if (indefinite && (major < 2 || major > 5)) throw new Error('malformed CBOR');
  const argument = indefinite ? null : readArgument(reader, info);
  switch (major) {
    case 0:
      return argument;
    case 1:
      return -1 - (argument ?? 0);
    case 2:
      return decodeBytes(reader, argument, 2);
    case 3:
      return decodeBytes(reader, argument, 3).toString('utf8');
    case 4:
      return decodeItems(reader, argument, depth);
    case 5:
      return decodeMap(reader, argument, depth);
    default:
      return decodeTag(reader, argument ?? 0, depth);
  }
}

function take(reader: Reader, count: number): Buffer {
  if (count > reader.bytes.length - reader.at) throw new Error('CBOR ends early');
  reader.at += count;
  return reader.bytes.subarray(reader.at - count, reader.at);
}

function readArgument(reader: Reader, info: number): number {
  if (info < 24) return info;
  if (info === 24) return take(reader, 1).readUInt8();
  if (info === 25) return take(reader, 2).readUInt16BE();
  if (info === 26) return take(reader, 4).readUInt32BE();
  if (info !== 27) throw new Error('malformed CBOR');
  const value = take(reader, 8).readBigUInt64BE();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error('CBOR number too large');
  return Number(value);
}

function decodeBytes(reader: Reader, length: number | null, major: number): Buffer {
  if (length !== null) return take(reader, length);
  const chunks: Buffer[] = [];
  for (;;) {
    const first = take(reader, 1)[0] ?? 0;
    if (first === 0xff) return Buffer.concat(chunks);
    if (first >> 5 !== major || (first & 31) === 31) throw new Error('malformed CBOR');
    chunks.push(take(reader, readArgument(reader, first & 31)));
  }
}

function decodeItems(reader: Reader, length: number | null, depth: number): unknown[] {
  const items: unknown[] = [];
  while (length === null || items.length < length) {
    const item = decode(reader, depth + 1);
    if (item === BREAK && length === null) return items;
    if (item === BREAK) throw new Error('malformed CBOR');
    items.push(item);
  }
  return items;
}

function decodeMap(reader: Reader, length: number | null, depth: number): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  while (length === null || entries.length < length) {
    const key = decode(reader, depth + 1);
    if (key === BREAK && length === null) break;
    const value = decode(reader, depth + 1);
    if (typeof key !== 'string' || value === BREAK) throw new Error('malformed CBOR');
    entries.push([key, value]);
  }
  return Object.fromEntries(
    entries.filter(([key, value]) => key !== '__proto__' && value !== null && value !== undefined),
  );
}

function decodeTag(reader: Reader, tag: number, depth: number): unknown {
  const value = decode(reader, depth + 1);
  if (tag !== 1 || typeof value !== 'number') throw new Error('CBOR tag not supported');
  return new Date(value * 1000);
}

function decodeSimple(reader: Reader, info: number): unknown {
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  if (info === 23) return undefined;
  if (info === 25) return halfFloat(take(reader, 2).readUInt16BE());
  if (info === 26) return take(reader, 4).readFloatBE();
  if (info === 27) return take(reader, 8).readDoubleBE();
  if (info === 31) return BREAK;
  throw new Error('malformed CBOR');
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
