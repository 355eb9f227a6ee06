/** The whole of `images build|push` with a docker that only notes what it is told; stacks/images has the real ones. */
import { existsSync } from 'node:fs';
import test from 'ava';
import { CutoverError } from '../../errors.ts';
import { cacheDir, root } from '../paths.ts';
import { type ImagesRequest, type ImagesResult, runImages } from './images.ts';
import { DIGEST, openStage, type Stage, TOKEN } from './testing/stage.ts';

const POLICY = '{"rules":[]}';
const STACK = {
  provider: { aws: [{ region: 'eu-west-1' }] },
  resource: {
    aws_ecr_repository: {
      t: { name: 'threads', image_tag_mutability: 'MUTABLE', image_scanning_configuration: { scan_on_push: true } },
      u: { name: 'users', image_tag_mutability: '${lower("MUTABLE")}' },
    },
    aws_ecr_lifecycle_policy: { p: { repository: '${aws_ecr_repository.t.name}', policy: POLICY } },
  },
};

const PATH = process.env['PATH'];
let stage: Stage;
let lines: string[] = [];

test.serial.beforeEach(async () => {
  stage = await openStage(STACK);
  lines = [];
  process.env['PATH'] = `${stage.bin}:${PATH}`;
});
test.serial.afterEach.always(async () => {
  process.env['PATH'] = PATH;
  await stage.close();
});

function run(given: Partial<ImagesRequest> = {}): Promise<ImagesResult> {
  const build = { root, base: null, platform: 'linux/amd64', npmrc: null, options: [] };
  const push = { endpoint: stage.endpoint };
  const request = {
    ...{ services: ['threads'], tags: [], builder: 'docker' as const, jobs: 2, build, push, resolve: {} },
    ...given,
  };
  return runImages(request, {
    cacheDir,
    signal: new AbortController().signal,
    sources: async () => [stage.stack],
    progress: (line) => void lines.push(line),
  });
}

const problemsOf = (error: unknown) => (error instanceof CutoverError ? error.problems : []);

test.serial('built, created as declared, pushed under both tags, verified', async (t) => {
  const { images, created } = await run();
  const [image] = images;
  const content = image?.tags[0] ?? '';
  t.deepEqual(created, ['threads']);
  t.like(image, { repository: 'threads', build: 'latest', pushed: { digest: DIGEST, pushed: [content, 'latest'] } });
  t.like(stage.repositories.get('threads'), {
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
    lifecycle: POLICY,
  });
  const calls = await stage.calls();
  t.deepEqual(
    calls.slice(2).map((call) => call.replaceAll(content, 'SHA')),
    [
      'tag threads:SHA 127.0.0.1:9/threads:SHA',
      'push 127.0.0.1:9/threads:SHA',
      'tag threads:SHA 127.0.0.1:9/threads:latest',
      'push 127.0.0.1:9/threads:latest',
    ],
  );
  t.true(lines.some((line) => line.includes('terraform import') && line.includes('aws_ecr_repository.t')));
  t.true(lines.some((line) => line.includes('[build 2/3] COPY a b')));
  t.false(lines.some((line) => line.includes('noise')));
});

test.serial('the token is in a file of its own while pushing, and nowhere else', async (t) => {
  await run();
  t.deepEqual(JSON.parse(await stage.note('config')).auths, { '127.0.0.1:9': { auth: TOKEN } });
  t.false(existsSync(await stage.note('config-dir')), 'gone afterwards');
  t.false(JSON.stringify([await stage.calls(), lines]).includes(TOKEN));
  t.false((await stage.calls()).join().includes('very-secret'));
});

test.serial('a push that fails is tried again', async (t) => {
  await stage.set('failures', '1');
  await stage.set('reason', 'unexpected EOF\n');
  t.is((await run()).images.length, 1);
  t.true(lines.some((line) => line.includes('failed, again in 1 s: unexpected EOF')));
  t.true(lines.some((line) => line.includes('attempt 2 of 4')));
});

test.serial('what no attempt helps is not tried again', async (t) => {
  await stage.set('failures', '9');
  await stage.set('reason', 'denied: not authorized to perform ecr:InitiateLayerUpload\n');
  const [problem] = problemsOf(await t.throwsAsync(run()));
  t.is(problem?.code, 'PUSH_FAILED');
  t.regex(problem?.message ?? '', /denied/);
  t.is((await stage.calls()).filter((call) => call.startsWith('push')).length, 1);
});

test.serial('a digest that ECR does not show is a failure', async (t) => {
  stage.held = `sha256:${'cd'.repeat(32)}`;
  const [problem] = problemsOf(await t.throwsAsync(run()));
  t.is(problem?.code, 'PUSH_FAILED');
  t.regex(problem?.message ?? '', /ECR does not hold what was pushed: sha-.*pushed sha256:ab.*ECR has sha256:cd/);
});

test.serial('a repository that only Terraform can make is not made, and nothing is built', async (t) => {
  const [problem] = problemsOf(await t.throwsAsync(run({ services: ['users'] })));
  t.like(problem, { code: 'PUSH_FAILED', value: 'users' });
  t.regex(problem?.fix ?? '', /cdktf deploy/);
  t.false((await stage.calls()).some((call) => call.startsWith('build')));
});

test.serial('all that is missing is told at once, before anything is built', async (t) => {
  await stage.set('no-daemon', '');
  const error = await t.throwsAsync(
    run({ services: ['thread', 'threads'], tags: ['nope'], push: { endpoint: 'http://127.0.0.1:1' } }),
  );
  t.deepEqual(
    problemsOf(error).map(({ code }) => code),
    ['TOOL_MISSING', 'SERVICE_NOT_FOUND', 'IMAGE_NOT_FOUND', 'TARGET_UNREACHABLE'],
  );
  t.is((error as CutoverError).exitCode, 4);
  t.regex(problemsOf(error)[0]?.message ?? '', /docker: Cannot connect to the Docker daemon/);
  t.regex(problemsOf(error)[0]?.fix ?? '', /apt-get install buildah/);
});

test.serial('build alone asks nobody but the builder', async (t) => {
  const { images } = await run({ push: null, tags: ['0.1', 'latest'] });
  t.deepEqual(stage.asked, []);
  t.deepEqual(
    images.map(({ build, pushed }) => [build, pushed]),
    [
      ['0.1', null],
      ['latest', null],
    ],
  );
  t.not(images[0]?.tags[0], images[1]?.tags[0]);
});

test.serial('what only running the stacks would need keeps no image from being built', async (t) => {
  const alarm = {
    ...{ alarm_name: 'a', namespace: 'AWS/ECS', metric_name: 'CPUUtilization', statistic: 'Average', period: 60 },
    ...{ comparison_operator: 'GreaterThanThreshold', evaluation_periods: 1, threshold: 1 },
    alarm_actions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
  };
  const written = JSON.parse(JSON.stringify(STACK));
  Object.assign(written.resource, {
    aws_cloudwatch_metric_alarm: { a: alarm },
    aws_wafv2_web_acl: { w: { name: 'w' } },
  });
  await stage.set('../stack.tf.json', JSON.stringify(written));
  const { images } = await run({ push: null });
  t.deepEqual(
    images.map(({ repository }) => repository),
    ['threads'],
  );
});
