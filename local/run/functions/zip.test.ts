import test from 'ava';
import fc from 'fast-check';
import { zipOf } from './testing/packages.ts';
import { readZip, ZipError } from './zip.ts';

const textOf = (bytes: Buffer): Record<string, string> =>
  Object.fromEntries(readZip(bytes).map((entry) => [entry.path, entry.content.toString()]));

test('what another packer packed, deflated and stored', (t) => {
  const files = { 'index.mjs': 'export const handler = 1;\n'.repeat(50), 'lib/a.txt': 'a', 'lib/deep/b.txt': '' };
  t.deepEqual(textOf(zipOf(files)), files);
  t.deepEqual(textOf(zipOf(files, 0)), files);
});

/** The same zip with one of its names replaced by another of the same length, in both places. */
const renamed = (from: string, to: string): Buffer =>
  Buffer.from(
    zipOf({ [from]: 'x' })
      .toString('latin1')
      .replaceAll(from, to),
    'latin1',
  );

for (const name of ['../evil.js', '/etc/passwd', 'a/../../x.js', 'a//b.js', './index.js', 'c:/x.js', 'a\\..\\b.js'])
  test(`a path that leaves the package is refused: ${name}`, (t) => {
    t.throws(() => readZip(renamed('n'.repeat(name.length), name)), {
      instanceOf: ZipError,
      message: /no path inside/,
    });
  });

/** Directory record of the first entry, to be broken. */
function broken(change: (bytes: Buffer, directory: number, end: number) => void): Buffer {
  const bytes = zipOf({ 'index.js': 'exports.handler = async () => 1;'.repeat(20) });
  const end = bytes.length - 22;
  change(bytes, bytes.readUInt32LE(end + 16), end);
  return bytes;
}

const CASES: readonly [string, RegExp, Buffer][] = [
  ['encrypted', /index.js is encrypted/, broken((b, at) => b.writeUInt16LE(1, at + 8))],
  ['zip64', /zip64/, broken((b, at) => b.writeUInt32LE(0xffffffff, at + 24))],
  ['zip64 directory', /zip64/, broken((b, _at, end) => b.writeUInt16LE(0xffff, end + 10))],
  ['another method', /method 12/, broken((b, at) => b.writeUInt16LE(12, at + 10))],
  ['larger than it says', /cannot be unpacked|instead of/, broken((b, at) => b.writeUInt32LE(10, at + 24))],
  ['damaged', /CRC/, broken((b, at) => b.writeUInt32LE(1, at + 16))],
  ['cut off', /cut off/, broken((b, at) => b.writeUInt32LE(1_000_000, at + 20))],
  ['part of several', /part of several/, broken((b, _at, end) => b.writeUInt16LE(1, end + 4))],
  ['entry elsewhere', /not where/, broken((b, at) => b.writeUInt32LE(3, at + 42))],
  ['no zip', /no zip file/, Buffer.from('hello')],
  ['empty file', /no zip file/, Buffer.alloc(0)],
];
for (const [name, message, bytes] of CASES)
  test(`refused: ${name}`, (t) => {
    t.throws(() => readZip(bytes), { instanceOf: ZipError, message });
  });

test('a link is refused', (t) => {
  const bytes = broken((b, at) => {
    b.writeUInt8(3, at + 5); // made on Unix
    b.writeUInt32LE((0o120777 << 16) >>> 0, at + 38);
  });
  t.throws(() => readZip(bytes), { instanceOf: ZipError, message: /index.js is a link/ });
});

test('a package that is too large is refused before it is unpacked', (t) => {
  t.throws(() => readZip(zipOf({ 'a.js': 'a'.repeat(2000), 'b.js': 'b'.repeat(2000) }), 3000), {
    instanceOf: ZipError,
    message: /more than 3000 bytes/,
  });
});

test('any damage is refused as a ZipError or leaves the contents whole', (t) => {
  const files = { 'index.js': 'exports.handler = async () => 1;', 'lib/x.js': 'x'.repeat(300) };
  const good = zipOf(files);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      try {
        for (const entry of readZip(bytes)) if (entry.path.split('/').includes('..')) return false;
        return true;
      } catch (error) {
        return error instanceof ZipError;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
