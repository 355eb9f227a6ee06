import test from 'ava';
import fc from 'fast-check';
import { decidePush, isExpired, MAX_ATTEMPTS, retryWaitMs } from './decide-push.ts';

const base = { repository: 'threads', contentTag: 'sha-1', namedTags: ['latest'], held: new Map<string, string>() };

test('content first, then the name; tags that may move are always pushed', (t) => {
  const all = { push: ['sha-1', 'latest'], unchanged: [], problems: [] };
  t.deepEqual(decidePush({ ...base, immutable: false, held: new Map([['latest', 'sha256:b']]) }), all);
  t.deepEqual(decidePush({ ...base, immutable: true }), all);
});

test('immutable: what is there stays, a name for other content is refused', (t) => {
  const held = (...pairs: [string, string][]) => decidePush({ ...base, immutable: true, held: new Map(pairs) });
  t.deepEqual(held(['sha-1', 'a'], ['latest', 'a']), { push: [], unchanged: ['sha-1', 'latest'], problems: [] });
  t.deepEqual(held(['sha-1', 'a']), { push: ['latest'], unchanged: ['sha-1'], problems: [] });
  t.like(held(['latest', 'b']).problems[0], { code: 'PUSH_FAILED', address: 'threads:latest', value: 'latest' });
  t.is(held(['sha-1', 'a'], ['latest', 'b']).problems.length, 1);
});

test('each tag is pushed, unchanged or refused: once', (t) => {
  const tag = fc.constantFrom('latest', 'v2', '0.1');
  const digest = fc.constantFrom('a', 'b');
  fc.assert(
    fc.property(
      fc.uniqueArray(tag),
      fc.dictionary(fc.constantFrom('sha-1', 'latest', 'v2'), digest),
      fc.boolean(),
      (namedTags, held, immutable) => {
        const decided = decidePush({ ...base, namedTags, held: new Map(Object.entries(held)), immutable });
        const all = [...decided.push, ...decided.unchanged, ...decided.problems.map(({ value }) => value)];
        t.deepEqual([...all].sort(), ['sha-1', ...namedTags].sort());
        if (immutable) t.true(decided.push.every((one) => !(one in held)));
      },
    ),
  );
});

test('waits double, and end', (t) => {
  const waits = Array.from({ length: MAX_ATTEMPTS }, (_, index) => retryWaitMs(index + 1, 'unexpected EOF'));
  t.deepEqual(waits, [1_000, 2_000, 4_000, null]);
});

for (const output of [
  'denied: User is not authorized to perform: ecr:InitiateLayerUpload',
  'no basic auth credentials',
  "tag invalid: The image tag 'x' already exists in the 'y' repository and cannot be overwritten because the repository is immutable.",
  "name unknown: The repository with name 'x' does not exist",
  'write /var/lib/x: no space left on device',
  'x509: certificate signed by unknown authority',
])
  test(`not tried again: ${output}`, (t) => t.is(retryWaitMs(1, output), null));

test('a token that has run out is no lack of rights: a new one may help', (t) => {
  const output = 'denied: Your authorization token has expired. Reauthenticate and try again.';
  t.true(isExpired(output));
  t.is(retryWaitMs(1, output), 1_000);
  t.false(isExpired('denied: User is not authorized'));
});
