import test from 'ava';
import { traceOf } from './trace.ts';

const GENERATED = /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/;

for (const received of [
  'Root=1-67891233-abcdef012345678912345678',
  'Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678',
  'Root=1-67891233-abcdef012345678912345678;CalledFrom=app',
]) {
  test(`passed on: ${received}`, (t) => {
    t.is(traceOf(received), received);
  });
}

for (const received of [
  undefined,
  '',
  'Self=1-2-3',
  'Root=',
  'Root=1\r\nX: y',
  'Root=a b',
  `Root=${'1'.repeat(2_000)}`,
  '{"Root":1}',
]) {
  test(`replaced: ${String(received).slice(0, 30).replaceAll('\r\n', ' ')}`, (t) => {
    t.regex(traceOf(received), GENERATED);
  });
}

test('generated ones are distinct', (t) => {
  const made = Array.from({ length: 1_000 }, () => traceOf(undefined));
  t.is(new Set(made).size, 1_000);
  t.true(made.every((trace) => GENERATED.test(trace)));
});
