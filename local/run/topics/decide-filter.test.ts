import test from 'ava';
import fc from 'fast-check';
import type { Problem } from '../../errors.ts';
import { passesFilter } from './decide-filter.ts';
import { parseFilterPolicy } from './filter-policy.ts';
import type { MessageAttribute } from './types.ts';

type Scope = 'MessageAttributes' | 'MessageBody';

function compile(policy: unknown, scope: Scope) {
  const problems: Problem[] = [];
  const filter = parseFilterPolicy(policy, scope, { address: 'a', problems });
  return { filter, problems };
}

/** Attributes written as plain values: arrays are String.Array, numbers Number. */
function attributesOf(values: Record<string, unknown>): Map<string, MessageAttribute> {
  return new Map(
    Object.entries(values).map(([name, value]): [string, MessageAttribute] => [
      name,
      Array.isArray(value)
        ? { type: 'String.Array', stringValue: JSON.stringify(value) }
        : { type: typeof value === 'number' ? 'Number' : 'String', stringValue: String(value) },
    ]),
  );
}

function passes(policy: unknown, values: Record<string, unknown>, scope: Scope = 'MessageAttributes'): boolean {
  const { filter, problems } = compile(policy, scope);
  if (problems.length > 0) throw new Error(problems[0]?.message);
  return passesFilter(filter, scope, { attributes: attributesOf(values), body: JSON.stringify(values) });
}

// The pages' own examples and their edges: [policy, attributes, passes].
const CASES: [string, unknown, Record<string, unknown>, boolean][] = [
  ['exact', { i: ['rugby', 'tennis'] }, { i: 'rugby' }, true],
  ['exact, other value', { i: ['rugby', 'tennis'] }, { i: 'baseball' }, false],
  ['exact is case-sensitive', { i: ['rugby'] }, { i: 'Rugby' }, false],
  ['absent', { i: ['rugby'] }, {}, false],
  ['one of an array', { i: ['rugby'] }, { i: ['soccer', 'rugby'] }, true],
  ['number is no text', { i: [5] }, { i: '5' }, false],
  ['number', { i: [5] }, { i: 5 }, true],
  ['all names must match', { i: ['a'], j: ['b'] }, { i: 'a' }, false],
  ['anything-but', { i: [{ 'anything-but': ['rugby', 'tennis'] }] }, { i: 'baseball' }, true],
  ['anything-but, listed', { i: [{ 'anything-but': ['rugby', 'tennis'] }] }, { i: 'rugby' }, false],
  [
    'anything-but, one element is not listed',
    { i: [{ 'anything-but': ['rugby'] }] },
    { i: ['rugby', 'baseball'] },
    true,
  ],
  ['anything-but, absent', { i: [{ 'anything-but': 'rugby' }] }, {}, false],
  ['anything-but number', { p: [{ 'anything-but': [100, 500] }] }, { p: 100.1 }, true],
  ['anything-but prefix', { i: [{ 'anything-but': { prefix: 'order-' } }] }, { i: 'order-1' }, false],
  ['anything-but prefix, other', { i: [{ 'anything-but': { prefix: 'order-' } }] }, { i: 'data' }, true],
  ['anything-but suffix', { i: [{ 'anything-but': { suffix: '.png' } }] }, { i: 'a.png' }, false],
  ['prefix', { i: [{ prefix: 'bas' }] }, { i: 'baseball' }, true],
  ['prefix, other', { i: [{ prefix: 'bas' }] }, { i: 'rugby' }, false],
  ['suffix', { i: [{ suffix: 'ball' }] }, { i: 'baseball' }, true],
  ['equals-ignore-case', { i: [{ 'equals-ignore-case': 'tennis' }] }, { i: 'TENNIS' }, true],
  ['wildcard', { i: [{ wildcard: 'a*c*e' }] }, { i: 'abcde' }, true],
  ['wildcard overlaps nothing', { i: [{ wildcard: 'ab*ba' }] }, { i: 'aba' }, false],
  ['cidr', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.0.255' }, true],
  ['cidr, outside', { ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.1.0' }, false],
  ['cidr v6', { ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:db8:1::5' }, true],
  ['cidr, no address', { ip: [{ cidr: '0.0.0.0/0' }] }, { ip: 'x' }, false],
  ['numeric =', { p: [{ numeric: ['=', 301.5] }] }, { p: 3.015e2 }, true],
  ['numeric range', { p: [{ numeric: ['>', 0, '<=', 150] }] }, { p: 150 }, true],
  ['numeric range, outside', { p: [{ numeric: ['>', 0, '<=', 150] }] }, { p: 0 }, false],
  ['numeric of text', { p: [{ numeric: ['>', 0] }] }, { p: 'abc' }, false],
  ['exists', { s: [{ exists: true }] }, { s: 'x' }, true],
  ['exists, absent', { s: [{ exists: true }] }, { t: 'x' }, false],
  ['exists false', { s: [{ exists: false }] }, { t: 'x' }, true],
  ['exists false or a value', { s: [{ exists: false }, 'x'] }, { s: 'x' }, true],
  ['$or', { $or: [{ m: ['a'] }, { n: [{ numeric: ['>', 5] }] }] }, { n: 6 }, true],
  ['$or, none', { $or: [{ m: ['a'] }, { n: [{ numeric: ['>', 5] }] }] }, { n: 5 }, false],
  ['$or beside a name', { s: ['x'], $or: [{ m: ['a'] }, { m: ['b'] }] }, { m: 'b' }, false],
];
for (const [name, policy, values, expected] of CASES) {
  test(`attributes: ${name}`, (t) => t.is(passes(policy, values), expected));
  test(`body: ${name}`, (t) => t.is(passes(policy, values, 'MessageBody'), expected));
}

test('body filters nest and look into arrays', (t) => {
  const policy = { order: { items: { kind: ['iridium'] }, paid: [true] } };
  t.true(passes(policy, { order: { items: [{ kind: 'magnesite' }, { kind: 'iridium' }], paid: true } }, 'MessageBody'));
  t.false(passes(policy, { order: { items: [{ kind: 'magnesite' }], paid: true } }, 'MessageBody'));
  t.true(passes({ a: [null] }, { a: null }, 'MessageBody'));
});

test('a body that is no JSON object never passes', (t) => {
  const { filter } = compile({ a: [{ exists: false }] }, 'MessageBody');
  for (const body of ['plain', '[]', 'null', '7']) {
    t.false(passesFilter(filter, 'MessageBody', { attributes: new Map(), body }));
  }
});

test('binary attributes are ignored', (t) => {
  const { filter } = compile({ a: [{ exists: true }] }, 'MessageAttributes');
  const attributes = new Map([['a', { type: 'Binary', binaryValue: 'AA==' }]]);
  t.false(passesFilter(filter, 'MessageAttributes', { attributes, body: '' }));
});

const BROKEN: [string, unknown][] = [
  ['no array', { a: 'x' }],
  ['empty array', { a: [] }],
  ['unknown operator', { a: [{ regex: 'x' }] }],
  ['two operators', { a: [{ prefix: 'x', suffix: 'y' }] }],
  ['odd numeric', { a: [{ numeric: ['>'] }] }],
  ['numeric beyond 10^9', { a: [{ numeric: ['>', 2e9] }] }],
  ['bad cidr', { a: [{ cidr: '10.0.0.0/33' }] }],
  ['nested in attributes', { a: { b: ['x'] } }],
  ['six names', { a: ['1'], b: ['1'], c: ['1'], d: ['1'], e: ['1'], f: ['1'] }],
  ['151 combinations', { a: Array.from({ length: 151 }, (_, i) => String(i)) }],
  ['text', 'not json'],
  ['array', []],
];
for (const [name, policy] of BROKEN) {
  test(`refused: ${name}`, (t) => t.is(compile(policy, 'MessageAttributes').problems.length, 1));
}

test('no message makes the filter throw', (t) => {
  const { filter } = compile({ a: { b: [{ 'anything-but': 'x' }] }, c: [{ cidr: '::/0' }] }, 'MessageBody');
  fc.assert(
    fc.property(
      fc.json(),
      (body) => typeof passesFilter(filter, 'MessageBody', { attributes: new Map(), body }) === 'boolean',
    ),
  );
  t.pass();
});
