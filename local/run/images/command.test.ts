import { execFileSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { parseCommand } from './command.ts';
import { dockerfileEnv } from './dockerfile.ts';
import { matchesGlob } from './glob.ts';
import { parseImage } from './reference.ts';

test('words are those that sh makes', (t) => {
  const piece = fc.constantFrom(
    'a',
    'b=',
    ' ',
    '  ',
    "'x y'",
    '"q \\" w"',
    '\\ ',
    "''",
    '-f',
    '"\'"',
    '\\\\',
    'é',
    '/',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const text = `cmd ${pieces.join('')}`;
      const printed = execFileSync('sh', ['-c', `set -- ${text}; printf '%s\\0' "$@"`], { encoding: 'utf8' });
      const { command, args } = parseCommand(text);
      t.deepEqual([command, ...args], printed.split('\0').slice(0, -1));
    }),
    { numRuns: 150 },
  );
});

for (const text of [
  '',
  '  ',
  'A=1',
  '"a',
  "a 'b",
  'a\\',
  'a | b',
  'a && b',
  'a > f',
  'a $HOME',
  'a "$HOME"',
  'a `b`',
  'a;b',
  '(a)',
  'a\nb',
])
  test(`refused: ${JSON.stringify(text)}`, (t) => {
    t.throws(() => parseCommand(text), { message: /no command|not closed|backslash|needs a shell/ });
  });

test('what is quoted needs no shell', (t) => {
  t.deepEqual(parseCommand(`sh -c 'a && $B | c' "\\$5"`).args, ['-c', 'a && $B | c', '$5']);
  t.deepEqual(parseCommand(`"A=1" b`), { command: 'A=1', args: ['b'], env: {} });
});

test('image names', (t) => {
  const parse = (image: string) => {
    const { path, name, tag, digest } = parseImage(image);
    return [path, name, tag, digest];
  };
  t.deepEqual(parse('nginx'), ['nginx', 'nginx', 'latest', null]);
  t.deepEqual(parse('library/nginx:1.27-alpine'), ['library/nginx', 'nginx', '1.27-alpine', null]);
  t.deepEqual(parse('localhost:5000/a/b'), ['a/b', 'b', 'latest', null]);
  t.deepEqual(parse('1.dkr.ecr.eu-west-1.amazonaws.com/a/b:v1@sha256:ab'), ['a/b', 'b', 'v1', 'sha256:ab']);
  t.deepEqual(parse('host:5000/x:y'), ['x', 'x', 'y', null]);
});

test('globs match as regular expressions do, in linear time', (t) => {
  const text = fc.stringMatching(/^[ab.]{0,12}$/);
  const glob = fc.stringMatching(/^[ab.*]{0,8}$/);
  fc.assert(
    fc.property(glob, text, (pattern, value) => {
      const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      t.is(matchesGlob(pattern, value), expression.test(value));
    }),
    { numRuns: 2_000 },
  );
  t.false(matchesGlob('*a'.repeat(50), 'b'.repeat(100_000)));
});

test('the environment of a Dockerfile’s last stage', (t) => {
  const text = [
    'FROM a AS build',
    'ENV LOST=1',
    'from b',
    '# ENV COMMENTED=1',
    'ENV A=1 B="two words" C=\'x\' D=a\\ b',
    'env OLD the old form',
    'ENV ONE=1 \\',
    '    TWO=2',
    'ENV BUILD=$TAG A=2',
    'RUN ENV=3',
  ].join('\r\n');
  t.deepEqual(dockerfileEnv(text), {
    A: '2',
    B: 'two words',
    C: 'x',
    D: 'a b',
    OLD: 'the old form',
    ONE: '1',
    TWO: '2',
  });
});
