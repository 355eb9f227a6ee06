import test from 'ava';
import { Fn } from './cdktf.ts';
import { InvalidPropsError, PropCheck } from './prop-check.ts';
import { emptyStack as stack } from './testing/synth.ts';

test('every problem is told at once, with path, value, rule and fix', (t) => {
  const error = t.throws(
    () =>
      new PropCheck(stack(), 'thing')
        .range('port', 70_000, { min: 1, max: 65_535 })
        .matches('name', 'A b', { pattern: /^[a-z]+$/, rule: 'lower case', fix: 'lower it' })
        .range('count', 2, { min: 1, max: 3 })
        .done(),
    { instanceOf: InvalidPropsError },
  );
  t.is(
    error?.message,
    [
      'stack/thing: port is not valid',
      '  value: 70000',
      '  rule:  a whole number from 1 to 65535',
      '  fix:   set port within that range',
      'stack/thing: name is not valid',
      '  value: "A b"',
      '  rule:  lower case',
      '  fix:   lower it',
    ].join('\n'),
  );
});

test('absent values and values that only Terraform knows are not judged', (t) => {
  t.notThrows(() =>
    new PropCheck(stack(), 'thing')
      .range('port', undefined, { min: 1, max: 2 })
      .matches('name', Fn.join('-', ['a', 'B']), { pattern: /^[a-z]$/, rule: 'x' })
      .done(),
  );
});

test('a fraction is no whole number', (t) => {
  t.throws(() => new PropCheck(stack(), 'thing').range('count', 1.5, { min: 1, max: 3 }).done());
});
