/**
 * Reads a zip file by its central directory (APPNOTE.TXT): stored and deflated entries, each checked against its size
 * and CRC. Own code rather than a library, because what a package must not hold is refused by name: paths that leave
 * their folder, links, encryption, zip64, and contents that are larger than they say.
 */
import { crc32, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Relative, `/` between folders, without `.` or `..`. */
  readonly path: string;
  readonly executable: boolean;
  readonly content: Buffer;
}

/** A message for the user in `message`. */
export class ZipError extends Error {}

/** Lambda's quota for an unpacked package (lambda gettingstarted-limits). */
export const MAX_UNPACKED_BYTES = 250 * 2 ** 20;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 65_535;
/** A field that holds this says that its value is in a zip64 record. */
const IN_ZIP64 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000;
const UNIX = 3;
const TYPE_MASK = 0o170000;
const LINK = 0o120000;
const REGULAR = 0o100000;

/**
 * @returns files in the directory's order; folders are left out
 * @throws ZipError naming the entry and what is wrong with it
 */
export function readZip(bytes: Buffer, maxBytes = MAX_UNPACKED_BYTES): ZipEntry[] {
  const { count, offset } = findDirectory(bytes);
  const entries: ZipEntry[] = [];
  const seen = new Set<string>();
  let at = offset;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const record = readRecord(bytes, at);
    at = record.end;
    if (record.name.endsWith('/')) {
      safePath(record.name.slice(0, -1));
      continue;
    }
    const path = safePath(record.name);
    if (seen.has(path)) throw new ZipError(`${path} is in it twice`);
    seen.add(path);
    total += record.size;
    if (total > maxBytes) throw new ZipError(`it holds more than ${maxBytes} bytes unpacked`);
    entries.push({ path, executable: record.executable, content: contentOf(bytes, record) });
  }
  return entries;
}

function findDirectory(bytes: Buffer): { count: number; offset: number } {
  const first = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= first; at--) {
    if (bytes.readUInt32LE(at) !== END_OF_DIRECTORY) continue;
    if (at + END_BYTES + bytes.readUInt16LE(at + 20) !== bytes.length) continue;
    const count = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 12);
    const offset = bytes.readUInt32LE(at + 16);
    if (count === 0xffff || size === IN_ZIP64 || offset === IN_ZIP64) throw new ZipError('it is in the zip64 format');
    if (bytes.readUInt16LE(at + 4) !== 0 || bytes.readUInt16LE(at + 8) !== count)
      throw new ZipError('it is one part of several');
    if (offset + size > at) throw new ZipError('its directory is cut off');
    return { count, offset };
  }
  throw new ZipError('it is no zip file');
}

interface ZipRecord {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly size: number;
  readonly executable: boolean;
  readonly localOffset: number;
  readonly end: number;
}

function readRecord(bytes: Buffer, at: number): ZipRecord {
  if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY)
    throw new ZipError('its directory is broken');
  const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
  const end = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  if (end > bytes.length) throw new ZipError('its directory is cut off');
  const name = bytes.toString('utf8', at + ENTRY_BYTES, nameEnd);
  if (bytes.readUInt16LE(at + 8) & ENCRYPTED_FLAGS) throw new ZipError(`${name} is encrypted`);
  const packedBytes = bytes.readUInt32LE(at + 20);
  const size = bytes.readUInt32LE(at + 24);
  const localOffset = bytes.readUInt32LE(at + 42);
  if ([packedBytes, size, localOffset].includes(IN_ZIP64)) throw new ZipError(`${name} is in the zip64 format`);
  const mode = bytes.readUInt8(at + 5) === UNIX ? bytes.readUInt32LE(at + 38) >>> 16 : REGULAR;
  refuseType(name, mode & TYPE_MASK);
  return {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packedBytes,
    size,
    executable: (mode & 0o111) !== 0,
    localOffset,
    end,
  };
}

function refuseType(name: string, type: number): void {
  if (type === 0 || type === REGULAR || name.endsWith('/')) return;
  throw new ZipError(type === LINK ? `${name} is a link` : `${name} is neither a file nor a folder`);
}

/** @throws ZipError where the path would leave the folder that it is unpacked into */
function safePath(name: string): string {
  const parts = name.split('/');
  const unsafe =
    name === '' ||
    /[\0\\]/.test(name) ||
    /^[A-Za-z]:/.test(name) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (unsafe) throw new ZipError(`${JSON.stringify(name)} is no path inside the package`);
  return name;
}

function contentOf(bytes: Buffer, record: ZipRecord): Buffer {
  const { name, localOffset, packedBytes, size, method, crc } = record;
  if (localOffset + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(localOffset) !== LOCAL_ENTRY)
    throw new ZipError(`${name} is not where the directory says`);
  const start = localOffset + LOCAL_BYTES + bytes.readUInt16LE(localOffset + 26) + bytes.readUInt16LE(localOffset + 28);
  const packed = bytes.subarray(start, start + packedBytes);
  if (packed.length !== packedBytes) throw new ZipError(`${name} is cut off`);
  const content = unpack(packed, record);
  if (content.length !== size) throw new ZipError(`${name} has ${content.length} bytes instead of ${size}`);
  if (crc32(content) !== crc) throw new ZipError(`${name} is damaged (CRC)`);
  return content;

  function unpack(data: Buffer, { size: maxOutputLength }: ZipRecord): Buffer {
    if (method === STORED) return Buffer.from(data);
    if (method !== DEFLATED)
      throw new ZipError(`${name} is packed with method ${method}; stored and deflated are read`);
    try {
      // One byte more than it says is room enough to see that it lies.
      return inflateRawSync(data, { maxOutputLength: maxOutputLength + 1 });
    } catch (error) {
      throw new ZipError(`${name} cannot be unpacked: ${(error as Error).message}`);
    }
  }
}
