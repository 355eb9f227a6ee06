import test from 'ava';
import { differences, type Tree } from './differences.ts';

const tree = (files: Record<string, unknown>): Tree =>
  Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      name,
      Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    ]),
  );

test('the layout of JSON is no difference', (t) => {
  t.deepEqual(differences(tree({ 'a.json': '{"x":[]}' }), tree({ 'a.json': '{ "x": [\n] }' })), []);
});

test('values, missing keys, other kinds and longer lists are told by their place', (t) => {
  const of = (first: unknown, second: unknown) =>
    differences(tree({ 'a.json': first }), tree({ 'a.json': second })).map(({ at }) => at);
  t.deepEqual(of({ r: { x: { port: 80 } } }, { r: { x: { port: 81 } } }), ['r.x.port']);
  t.deepEqual(of({ r: { x: 1 } }, { r: {} }), ['r.x']);
  t.deepEqual(of({ r: [1, 2] }, { r: [1, 2, 3] }), ['r.2']);
  t.deepEqual(of({ r: [] }, { r: {} }), ['r']);
  t.deepEqual(of({ r: null }, { r: {} }), ['r']);
  t.deepEqual(of({ r: 1 }, { r: '1' }), ['r']);
});

test('a file that one of them lacks, and other bytes, are differences', (t) => {
  const [lacking, other] = differences(tree({ 'a.zip': 'a', b: 'b' }), tree({ b: 'c' }));
  t.like(lacking, { file: 'a.zip', first: 'there', second: undefined });
  t.is(other?.file, 'b');
});
