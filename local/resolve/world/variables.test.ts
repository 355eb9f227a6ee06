import test from 'ava';
import { CutoverError } from '../../errors.ts';
import { resolve } from '../index.ts';

const VARIABLES = {
  tag: { type: 'string', default: '' },
  untyped: { default: null },
  size: { type: '${number}', default: 0 },
  ports: { type: 'list(number)', default: [] },
  options: { type: 'any', default: null },
  mixed: { type: 'list(any)', default: [1, 'a'] },
  named: { type: 'map(any)', default: { a: 1, b: 'x' } },
};

/** Values of the variables as a stack sees them. */
function seen(variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const output = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, { value: `\${var.${name}}` }]));
  const stack = {
    name: 'test',
    file: 'test/main.tf.json',
    json: { variable: structuredClone(VARIABLES), output },
    dependencies: [],
  };
  const { outputs } = resolve({ dir: 'test', stacks: [stack] }, { variables });
  return Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
}

test('texts of the environment stand as they are for texts, and are expressions for what is none', (t) => {
  t.deepEqual(seen({ tag: '1.10', untyped: '007', size: '2', ports: '[80, 81,]', options: '{a = "b", c : [true]}' }), {
    tag: '1.10',
    untyped: '007',
    size: 2,
    ports: [80, 81],
    options: { a: 'b', c: [true] },
    mixed: ['1', 'a'],
    named: { a: '1', b: 'x' },
  });
  t.like(seen({ tag: 'null', ports: '["80"]', options: '{"a": null}' }), {
    tag: 'null',
    untyped: null,
    size: 0,
    ports: [80],
    options: { a: null },
  });
});

test('what is no text is taken as it is; what is no expression is of another type', (t) => {
  t.like(seen({ size: 3, ports: [1] }), { size: 3, ports: [1] });
  t.is(seen({ options: 'plain words' })['options'], 'plain words');
  for (const ports of ['80,81', 'var.other', '["a"]']) {
    const error = t.throws(() => seen({ ports }), { instanceOf: CutoverError });
    t.is(error?.problems[0]?.code, 'INVALID_CONFIG', ports);
  }
});
