import test from 'ava';
import { CutoverError } from '../../errors.ts';
import type { Parameter } from '../../topology.ts';
import { createManualClock } from '../clock.ts';
import { createParameterStore } from './params.ts';
import { brokenRules } from './rules.ts';

const signal = new AbortController().signal;
const PREFIX = 'arn:aws:ssm:eu-west-1:123456789012:parameter';

function create(region = 'eu-west-1') {
  const clock = createManualClock();
  const local = { name: 'lb.example', address: '127.10.0.1' };
  const localise = (text: string): string => text.replaceAll(local.name, local.address);
  return {
    clock,
    local,
    store: createParameterStore({ clock, localise, place: { region, accountId: '123456789012' } }),
  };
}

function parameter(name: string, value: string, change: Partial<Parameter> = {}): Parameter {
  const base = {
    type: 'aws_ssm_parameter',
    stack: 's',
    dependsOn: [],
    digest: '',
    ignoreChanges: [],
    attributes: {},
    tags: {},
  };
  return {
    ...base,
    address: 's/aws_ssm_parameter.p',
    arn: `${PREFIX}/x`,
    name,
    value,
    parameterType: 'String',
    ...change,
  };
}

test('found by name, by ARN and by version', async (t) => {
  const { store, clock } = create();
  t.is(store.put('/a/key', 'one', 'SecureString'), 1);
  await clock.advance(5_000);
  t.is(store.put('/a/key', 'two'), 2);
  t.is(store.put('plain', 'p'), 1);
  t.like(store.get('/a/key'), {
    name: '/a/key',
    arn: `${PREFIX}/a/key`,
    type: 'SecureString',
    value: 'two',
    version: 2,
  });
  t.is(store.get('/a/key')?.lastModifiedMs, clock.now());
  t.is(store.get(`${PREFIX}/a/key`)?.value, 'two');
  t.is(store.get(`${PREFIX}/plain`)?.name, 'plain');
  t.is(store.get('/a/key:1')?.value, 'one');
  t.is(store.get(`${PREFIX}/a/key:1`)?.value, 'one');
  for (const other of ['/a/key:3', '/a', 'a/key', '', PREFIX, `${PREFIX}/`, PREFIX.replace('eu-west-1', 'us-east-1')])
    t.is(store.get(other), null, other);
});

test('the last hundred versions are kept', (t) => {
  const { store } = create();
  for (let i = 1; i <= 150; i++) store.put('p', `v${i}`);
  t.is(store.get('p')?.version, 150);
  t.is(store.get('p:51')?.value, 'v51');
  t.is(store.get('p:50'), null);
});

test('values are localised when they are read', (t) => {
  const { store, local } = create();
  store.put('url', 'http://lb.example/fulfill/');
  t.is(store.get('url')?.value, 'http://127.10.0.1/fulfill/');
  local.address = '127.10.0.9';
  t.is(store.list()[0]?.value, 'http://127.10.0.9/fulfill/');
});

test('list is sorted, remove says whether there was one', (t) => {
  const { store } = create();
  for (const name of ['b', '/z', 'a']) store.put(name, 'x');
  t.deepEqual(
    store.list().map((one) => one.name),
    ['/z', 'a', 'b'],
  );
  t.true(store.remove('a'));
  t.false(store.remove('a'));
  t.is(store.put('a', 'again'), 1, 'a new parameter begins at version 1');
});

test('the partition follows the region', (t) => {
  const { store } = create('cn-north-1');
  store.put('p', 'x');
  t.true(store.get('p')?.arn.startsWith('arn:aws-cn:ssm:cn-north-1:'));
});

test('apply: create, change, no change, remove', async (t) => {
  const { store } = create();
  const first = parameter('/x', 'one');
  await store.handler.put(first, null, signal);
  await store.handler.put(parameter('/x', 'two'), first, signal);
  t.is(store.get('/x')?.version, 2);
  await store.handler.put(parameter('/x', 'two', { tags: { a: 'b' } }), first, signal);
  t.is(store.get('/x')?.version, 2, 'a change of tags is no new version');
  store.put('/x', 'drift');
  await store.handler.put(parameter('/x', 'two'), first, signal);
  t.like(store.get('/x'), { value: 'two', version: 4 });
  await store.handler.remove(first, signal);
  t.is(store.get('/x'), null);
});

test('apply refuses what is there already, as AWS does, and tells every broken rule', (t) => {
  const { store } = create();
  store.put('/x', 'api');
  t.throws(() => store.handler.put(parameter('/x', 'tf'), null, signal), { message: /ParameterAlreadyExists/ });
  const error = t.throws(() => store.handler.put(parameter('aws/b c', ''), null, signal), { instanceOf: CutoverError });
  t.deepEqual(
    error?.problems.map((problem) => problem.address?.split('.').at(-1)),
    ['name', 'name', 'name', 'value'],
  );
  t.false(JSON.stringify(error?.problems).includes('tf'));
});

test('rules of names and values', (t) => {
  const good = ['a', '/a/b', 'A.b-c_d', `/${'x'.repeat(1010)}`, `/${Array(15).fill('l').join('/')}`];
  for (const name of good) t.deepEqual(brokenRules(name, 'v'), [], name);
  const bad = [
    '',
    'a/b',
    '/a//b',
    '/a/',
    '/',
    'Ssm-x',
    '/aws/x',
    'ü',
    'x'.repeat(1012),
    `/${Array(16).fill('l').join('/')}`,
  ];
  for (const name of bad) t.true(brokenRules(name, 'v').length > 0, name);
  t.is(brokenRules('a', 'x'.repeat(8_192)).length, 0);
  t.is(brokenRules('a', 'ü'.repeat(4_097)).length, 1);
});

test('through the API a broken rule is a ValidationException', (t) => {
  const { store } = create();
  t.throws(() => store.put('a/b', 'x'), { message: /leading slash|levels/ });
  store.put('s', 'x', 'SecureString');
  t.throws(() => store.put('s', 'x', 'String'), { message: /cannot be changed/ });
});
