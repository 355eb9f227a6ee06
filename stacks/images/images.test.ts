/**
 * The images for real: every image that a task definition of any stage names, built by buildah from what is committed on
 * a base made of this machine's Node, pushed to a real registry behind ECR's API, taken from there again, and run as the
 * image says. Packages, base and layers are kept below `.cutover/images` for the next run.
 */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import test, { type ExecutionContext } from 'ava';
import { type ImagesRun, runningIn } from './command.ts';
import { takeImage } from './image.ts';
import { prepareMachine } from './machine.ts';
import { type Plan, type PlannedImage, planImages } from './planned.ts';
import { openScene, type Pushed, type Scene } from './scene.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_MIB_OVER_BASE = 150;
const NON_ROOT = 65532;
/** For what hangs: the suite may run behind other work. */
const LIMIT_MS = 60 * 60_000;

const synthesized = await mkdtemp(join(tmpdir(), 'cutover-images-'));
const plan: Plan = await planImages(synthesized);
const machine = await prepareMachine(ROOT);
const scene: Scene | { readonly missing: string } =
  'missing' in machine
    ? machine
    : await openScene(ROOT, machine, plan).catch(async (error: unknown) => {
        await tidy();
        throw error;
      });
async function tidy(): Promise<void> {
  await rm(synthesized, { recursive: true, force: true });
  if (!('missing' in machine)) await machine.emulator.stop();
}
// Where every test is skipped, ava runs no hook.
if ('missing' in scene) await tidy();
const why = 'missing' in scene ? ` (skipped: ${scene.missing})` : '';

let main: ImagesRun | undefined;
const pushed = (): readonly Pushed[] => (main?.json as { images?: Pushed[] } | undefined)?.images ?? [];

/** A test of the scene; skipped, with the reason, where there is none. */
function check(title: string, body: (t: ExecutionContext, here: Scene) => Promise<void>): void {
  if ('missing' in scene) test.serial.skip(`${title}${why}`, () => undefined);
  else
    test.serial(title, async (t) => {
      t.timeout(LIMIT_MS);
      await body(t, scene);
    });
}

test.after.always(async () => {
  if ('missing' in scene) return;
  await scene.close(main?.code === 0);
  await tidy();
});

const name = ({ repository, tag }: PlannedImage): string => `${repository}:${tag}`;

check(
  'all images of all stages: built from what is committed, pushed in spite of a failing registry',
  async (t, here) => {
    here.registry.failManifests(1);
    main = await here.images('push');
    t.is(main.code, 0, main.stderr.slice(-3_000));
    t.deepEqual(main.leaks, [], 'the token on a command line');
    t.is(here.registry.refused(), 1);
    t.deepEqual(
      pushed()
        .map(({ repository, build }) => `${repository}:${build}`)
        .sort(),
      plan.images.map(name).sort(),
    );
    t.deepEqual([...(main.json as { created: string[] }).created].sort(), [...plan.repositories].sort());
    t.deepEqual([...new Set(pushed().map(({ service }) => service))].sort(), here.checkout.workspaces);
  },
);

check('ECR holds each image under its content and its name', async (t, { registry, ecr }) => {
  t.true(pushed().length > 0);
  for (const repositoryName of plan.repositories) {
    const here = pushed().filter(({ repository }) => repository === repositoryName);
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
    const held = imageDetails.flatMap(({ imageTags = [], imageDigest }) => imageTags.map((tag) => [tag, imageDigest]));
    const wanted = here.flatMap(({ tags, pushed: { digest } }) => tags.map((tag) => [tag, digest]));
    t.deepEqual(Object.fromEntries(held), Object.fromEntries(wanted));
    for (const { tags, build, pushed: found } of here) {
      t.regex(tags[0], /^sha-[0-9a-f]{12}$/);
      t.is(tags[1], build);
      for (const tag of tags) t.is((await registry.manifest(repositoryName, tag)).digest, found.digest);
    }
  }
});

check('missing repositories are created as the stacks declare them', async (t, { ecr }) => {
  for (const repositoryName of plan.repositories) {
    const { repositories: [found] = [] } = await ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
    );
    t.like(found, { imageTagMutability: 'MUTABLE', imageScanningConfiguration: { scanOnPush: true } });
    const { lifecyclePolicyText = '{}' } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
    const [rule] = (JSON.parse(lifecyclePolicyText) as { rules: object[] }).rules;
    t.like(rule, { selection: { tagStatus: 'untagged', countNumber: 14 }, action: { type: 'expire' } });
  }
});

for (const planned of plan.images)
  check(`${name(planned)}: small, not root, answers ${planned.health.path}`, async (t, here) => {
    const found = pushed().find(({ repository, build }) => `${repository}:${build}` === name(planned));
    if (!found) return t.fail('it was not pushed');
    const image = await takeImage(`${found.pushed.uri}@${found.pushed.digest}`, here.workshop, here.registry);
    try {
      const [file = '', ...others] = Object.keys(image.added);
      t.deepEqual([file, others], ['app/service.cjs', []], 'what it adds to its base');
      const mebibytes = (image.added[file] ?? 0) / 2 ** 20;
      t.log(`${mebibytes.toFixed(2)} MiB over its base`);
      t.true(mebibytes > 0 && mebibytes < MAX_MIB_OVER_BASE, `${mebibytes} MiB over its base`);
      t.is(await image.digestOf(file), found.bundle, 'the bundle that the plane runs');
      t.is(image.config.User, `${NON_ROOT}:${NON_ROOT}`);
      await answers(t, planned, () => image.start({ ...planned.env, ...here.aws, HOST: '127.0.0.1', PORT: '0' }));
    } finally {
      await image.remove();
    }
  });

/** Each in a repository of its own. */
const latest = (): readonly Pushed[] => pushed().filter(({ build }) => build === 'latest');

check('tags of immutable repositories are pushed once; a registry that refuses is not asked again', async (t, here) => {
  const { ecr, registry } = here;
  const [same, taken, denied, other] = latest() as [Pushed, Pushed, Pushed, Pushed];
  for (const { repository: repositoryName } of [same, taken]) {
    await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  }
  // DescribeImages makes the emulator take over what the registry holds; then one `latest` is somebody else's image.
  const { repository: repositoryName } = taken;
  await ecr.send(new DescribeImagesCommand({ repositoryName }));
  await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: 'latest' }] }));
  const { text, digest } = await registry.manifest(other.repository, other.build);
  await ecr.send(new PutImageCommand({ repositoryName, imageTag: 'latest', imageManifest: text, imageDigest: digest }));
  registry.deny(denied.repository);

  const services = [same, taken, denied].map(({ repository }) => repository);
  const { code, json, stderr } = await here.images('push', ...services, '--tag', 'latest');
  t.is(code, 4, stderr.slice(-3_000));
  t.true(stderr.includes(`${same.repository}:latest  pushed and found in ECR: ${same.pushed.digest}`));
  t.false(stderr.includes(`/${same.repository}:`), 'it is not pushed again');
  t.false(stderr.includes('created the repository'));
  const { errors } = json as { errors: { code: string; address: string; message: string }[] };
  t.deepEqual([...new Set(errors.map((one) => one.code))], ['PUSH_FAILED']);
  t.is(errors.length, 2);
  t.true(errors.some(({ address }) => address === `${taken.repository}:latest`));
  const refused = errors.find(({ address }) => address.includes(`/${denied.repository}:`));
  t.regex(refused?.message ?? '', /failed for good[\s\S]*403 \(Forbidden\)/);
});

check('Ctrl-C while packages are installed: nothing runs on, nothing is left', async (t, here) => {
  const repository = latest().at(-1)?.repository ?? '';
  // Without the cache, so that there is something to interrupt.
  const build = here.start('build', repository, '--tag', 'latest', '--builder-option=--no-cache');
  await build.said(/STEP \d+\/\d+: RUN .*npm install/);
  t.true((await here.workshop.containers()).length > 0);
  const groups = await build.interrupt();
  t.is(groups.length, 1, 'the builder runs');
  t.is((await build.end).code, 130);
  await leavesNothing(t, here, groups);
});

check('Ctrl-C while an image is pushed: nothing runs on, nothing is left', async (t, here) => {
  const repository = latest().at(-1)?.repository ?? '';
  const waiting = here.registry.hold(repository);
  const push = here.start('push', repository, '--tag', 'latest');
  t.is(await Promise.race([waiting, push.end]), undefined, 'it waits for the registry');
  const groups = await push.interrupt();
  t.is(groups.length, 1, 'the builder runs');
  t.is((await push.end).code, 130);
  await leavesNothing(t, here, groups);
});

async function leavesNothing(t: ExecutionContext, { workshop }: Scene, groups: readonly number[]): Promise<void> {
  t.deepEqual(await runningIn(groups), []);
  t.deepEqual(await workshop.containers(), []);
  const files = await readdir(workshop.env['TMPDIR'] ?? '');
  t.deepEqual(
    files.filter((file) => file.startsWith('cutover-')),
    [],
    'tokens and temporary folders',
  );
}

async function answers(
  t: ExecutionContext,
  { health }: PlannedImage,
  start: () => ReturnType<Awaited<ReturnType<typeof takeImage>>['start']>,
): Promise<void> {
  const service = await start();
  try {
    t.deepEqual(service.ids, [NON_ROOT]);
    t.true(service.inImage, 'it runs in the image’s files');
    const response = await fetch(`http://127.0.0.1:${service.port}${health.path}`);
    t.is(String(response.status), health.matcher, await response.text());
  } finally {
    t.is(await service.stop(), 0, 'SIGTERM reaches Node, which ends in order');
  }
}
