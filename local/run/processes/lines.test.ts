import test from 'ava';
import fc from 'fast-check';
import { createLineSplitter } from './lines.ts';

function split(chunks: readonly Buffer[], maxBytes: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxBytes);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  splitter.end();
  return lines;
}

test('lines do not depend on how bytes arrive; none is too long; no character is cut', (t) => {
  const text = fc
    .array(fc.constantFrom('a', 'bc', '\n', '\n\n', 'ü', '漢', '🚚', 'long '.repeat(9)))
    .map((p) => p.join(''));
  fc.assert(
    fc.property(
      text,
      fc.array(fc.integer({ min: 1, max: 40 })),
      fc.integer({ min: 4, max: 64 }),
      (input, cuts, max) => {
        const bytes = Buffer.from(input);
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        const lines = split(chunks, max);
        t.true(lines.every((line) => Buffer.byteLength(line) <= max && !line.includes('�')));
        t.is(lines.join(''), input.replaceAll('\n', ''));
        const whole = split(chunks, 1 << 20);
        const expected = input.split('\n');
        if (expected.at(-1) === '') expected.pop();
        t.deepEqual(whole, expected);
      },
    ),
  );
});

test('one line of many megabytes comes in parts of 256 KiB', (t) => {
  const chunk = Buffer.alloc(65_536, 'y');
  const lines = split(
    Array.from({ length: 160 }, () => chunk),
    256 * 1024,
  );
  t.is(lines.length, 40);
  t.true(lines.every((line) => line.length === 256 * 1024));
});

test('bytes that are no UTF-8 do not break it', (t) => {
  t.deepEqual(split([Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 10, 0xff])], 4), ['����', '��', '�']);
});
