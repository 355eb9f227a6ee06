import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ApplicationArtifact } from './application-artifact.ts';
import { ArtifactBucket } from './artifact-bucket.ts';
import type { TerraformStack } from './cdktf.ts';
import { refuses, synth } from './testing/synth.ts';

const workspace = mkdtempSync(join(tmpdir(), 'cutover-workspace-'));
test.before(() => {
  mkdirSync(join(workspace, 'src'));
  writeFileSync(join(workspace, 'src/latest.ts'), 'console.log("latest" as string);\n');
  writeFileSync(join(workspace, 'src/v2.ts'), 'console.log("v2" as string);\n');
  const builds = { latest: 'src/latest.ts', v2: 'src/v2.ts' };
  writeFileSync(join(workspace, 'package.json'), JSON.stringify({ cutover: { image: { builds } } }));
});
test.after.always(() => rmSync(workspace, { recursive: true, force: true }));

const add = (stack: TerraformStack, tag: string): ApplicationArtifact =>
  new ApplicationArtifact(stack, 'application', {
    bucket: new ArtifactBucket(stack, 'bucket', { namePrefix: 'forum-' }),
    application: 'api',
    tag,
    workspace,
  });

test('the build of the tag, under its key, with the hash of its bytes', (t) => {
  const object = (tag: string) => synth((stack) => add(stack, tag)).one('aws_s3_object');
  t.like(object('v2'), { key: 'api/v2.cjs', content_type: 'text/javascript' });
  t.regex(object('v2').bucket, /^\$\{aws_s3_bucket\.\w+\.bucket\}$/);
  t.regex(object('v2').source, /^assets\/\w+\/[0-9A-F]{32}\/v2\.cjs$/);
  t.regex(object('v2').source_hash, /^[0-9a-f]{64}$/);
  t.not(object('v2').source_hash, object('latest').source_hash);
});

test('what a build replaces goes after 90 days, and an upload that is given up after 7', (t) => {
  const [rule] = synth((stack) => add(stack, 'v2')).one('aws_s3_bucket_lifecycle_configuration').rule;
  t.is(rule.status, 'Enabled');
  t.deepEqual(rule.noncurrent_version_expiration, [{ noncurrent_days: 90 }]);
  t.deepEqual(rule.abort_incomplete_multipart_upload, [{ days_after_initiation: 7 }]);
});

test('a tag that is no build is refused, with those that are', (t) => {
  refuses(t, ['tag'], (stack) => add(stack, 'v3'));
  t.throws(() => synth((stack) => add(stack, 'v3')), { message: /latest, v2/ });
});
