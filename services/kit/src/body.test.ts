import test from 'ava';
import fc from 'fast-check';
import { parseJsonObject } from './body.ts';
import { ServiceError } from './errors.ts';
import { codePoint } from './testing/code-point.ts';

const refused = { instanceOf: ServiceError, code: 'BODY_INVALID' } as const;

test('any object of up to 16 levels is read as JSON.parse reads it', (t) => {
  const values = fc.dictionary(
    fc.string().filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key)),
    fc
      .jsonValue({ maxDepth: 5, stringUnit: codePoint })
      .filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(values, (value) => {
      const text = JSON.stringify(value);
      t.deepEqual(parseJsonObject(text), JSON.parse(text));
    }),
  );
  t.pass();
});

test('no text makes it throw anything but a refusal', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1') })),
      (text) => {
        try {
          parseJsonObject(text);
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
        }
      },
    ),
  );
  t.pass();
});

for (const text of [
  '',
  'null',
  '[]',
  '"x"',
  '1',
  '{',
  '{"a":1}x',
  `${'['.repeat(200_000)}`,
  `{"a":${'['.repeat(20)}${']'.repeat(20)}}`,
]) {
  test(`refused: ${text.slice(0, 20)} (${text.length})`, (t) => {
    t.throws(() => parseJsonObject(text), refused);
  });
}

for (const text of [
  '{"__proto__":{"bundle":1}}',
  '{"a":{"constructor":1}}',
  '{"a":[{"prototype":1}]}',
  '{"\\u005f_proto__":1}',
]) {
  test(`keys with a meaning of their own are refused: ${text}`, (t) => {
    t.throws(() => parseJsonObject(text), refused);
  });
}

test('brackets inside of strings do not count as depth', (t) => {
  t.deepEqual(parseJsonObject(`{"a":"${'['.repeat(50)}\\"${'{'.repeat(50)}"}`), {
    a: `${'['.repeat(50)}"${'{'.repeat(50)}`,
  });
});
