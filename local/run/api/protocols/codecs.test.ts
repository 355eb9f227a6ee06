import test from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../../services/kit/src/testing/code-point.ts';
import { decodeCbor, encodeCbor } from './cbor-codec.ts';
import { parseQuery } from './query.ts';
import { toXml } from './xml.ts';

test('Query parameters become lists, maps and structures', (t) => {
  const parameters = new URLSearchParams(
    'A.B=1&L.member.2=y&L.member.1=x&M.entry.1.key=k&M.entry.1.value=v&N.entry.1.Name=n&N.entry.1.Value.DataType=String',
  );
  t.deepEqual(parseQuery(parameters), {
    A: { B: '1' },
    L: ['x', 'y'],
    M: { k: 'v' },
    N: { n: { DataType: 'String' } },
  });
});

test('XML holds any text', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), (text) => {
      const xml = toXml('a', text);
      const inner = xml.slice(3, -4);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
      return xml.startsWith('<a>') && !/[<>\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(inner);
    }),
  );
  t.pass();
});

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.maxSafeInteger().filter((value) => !Object.is(value, -0)),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value;

test('CBOR: what is encoded decodes to the same', (t) => {
  fc.assert(
    fc.property(plain, (value) => {
      t.deepEqual(decodeCbor(encodeCbor(value)), value);
    }),
    { numRuns: 300 },
  );
});

test('CBOR: any bytes decode or are refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeCbor(Buffer.from(bytes));
      } catch (error) {
        return error instanceof Error && !(error instanceof RangeError);
      }
      return true;
    }),
    { numRuns: 3_000 },
  );
  t.throws(() => decodeCbor(Buffer.alloc(100_000, 0x81)));
});
