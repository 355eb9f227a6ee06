import test from 'ava';
import { ecrOf, isTag, tagOf, withTag } from './image-tag.ts';

const CASES: [string, string, string][] = [
  ['web', 'latest', 'web:v2'],
  ['web:v1', 'v1', 'web:v2'],
  ['localhost:5000/web', 'latest', 'localhost:5000/web:v2'],
  ['localhost:5000/team/web:v1', 'v1', 'localhost:5000/team/web:v2'],
  [`web@sha256:${'a'.repeat(64)}`, `sha256:${'a'.repeat(64)}`, 'web:v2'],
  [`web:v1@sha256:${'a'.repeat(64)}`, 'v1', 'web:v2'],
];
for (const [image, tag, next] of CASES)
  test(`${image} has tag ${tag.slice(0, 12)} and becomes ${next}`, (t) => {
    t.is(tagOf(image), tag);
    t.is(withTag(image, 'v2'), next);
  });

test('ECR images are known by their registry', (t) => {
  t.deepEqual(ecrOf('012345678912.dkr.ecr.eu-west-1.amazonaws.com/forum/threads:v1'), {
    account: '012345678912',
    region: 'eu-west-1',
    repository: 'forum/threads',
  });
  t.is(ecrOf('threads:v1'), null);
});

test('tags', (t) => {
  for (const good of ['v1', '0.1', 'a_b-c.d', 'A'.repeat(128)]) t.true(isTag(good), good);
  for (const bad of ['', '-v1', '.v1', 'a b', 'a/b', 'a:b', 'A'.repeat(129)]) t.false(isTag(bad), bad);
});
