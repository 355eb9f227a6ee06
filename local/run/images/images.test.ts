import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CutoverError, type Problem } from '../../errors.ts';
import type { TaskDefinition } from '../../topology.ts';
import type { Bundler } from './build-cache.ts';
import { bundleWithEsbuild } from './bundler.ts';
import { createImageResolver } from './images.ts';
import { createProject, type Project } from './testing/project.ts';

const REGISTRY = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

async function create(t: ExecutionContext, overrides: Record<string, string> = {}) {
  const project = await createProject(t);
  const builds: string[] = [];
  const bundler: Bundler = (options) => {
    builds.push(options.entry);
    return bundleWithEsbuild(options);
  };
  const open = () => createImageResolver({ projectDir: project.dir, cacheDir: project.cacheDir, overrides, bundler });
  return { project, builds, open, images: open() };
}

const output = (command: { command: string; args: readonly string[] }): string =>
  execFileSync(command.command, [...command.args], { encoding: 'utf8' }).trim();
const bundles = ({ cacheDir }: Project): string[] => readdirSync(join(cacheDir, 'images', 'bundles'));

function taskDefinition(name: string, ...images: string[]): TaskDefinition {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  return { address: `s/aws_ecs_task_definition.${name}`, containers } as unknown as TaskDefinition;
}

async function refusal(t: ExecutionContext, work: Promise<unknown>): Promise<readonly Problem[]> {
  const error = await t.throwsAsync(work, { instanceOf: CutoverError });
  return error?.problems ?? [];
}

test('an image runs as the build of its tag, with the Dockerfile’s environment', async (t) => {
  const { project, images } = await create(t);
  const launch = await images.resolve(`${REGISTRY}/interstella-monolith:two`);
  t.is(launch.command, process.execPath);
  t.is(launch.cwd, join(project.dir, 'services/shop/monolith'));
  t.deepEqual(launch.env, { NODE_ENV: 'production', PORT: '5000' });
  t.regex(launch.digest, /^sha256:[0-9a-f]{64}$/);
  t.is(output(launch), 'hello two');
  for (const image of [
    'shop-monolith',
    'shop-monolith:latest',
    `localhost:5000/a/b/shop-monolith@sha256:${'0'.repeat(64)}`,
  ])
    t.is(output(await images.resolve(image)), 'hello latest', image);
});

test('built once: side by side, again, and by the next plane', async (t) => {
  const { images, builds, open } = await create(t);
  const [first, second] = await Promise.all([images.resolve('a-monolith'), images.resolve('b-monolith')]);
  t.deepEqual(first, second);
  t.is((await images.resolve('a-monolith')).digest, first.digest);
  const next = open();
  const started = performance.now();
  t.is((await next.resolve('a-monolith')).digest, first.digest);
  t.log(`cache hit: ${(performance.now() - started).toFixed(1)} ms`);
  t.is(builds.length, 1);
});

test('built anew when any input changed, also one that is only imported', async (t) => {
  const { project, images, builds } = await create(t);
  const first = await images.resolve('a-monolith');
  await project.write('services/shop/monolith/src/shared.ts', 'export const greeting: string = "howdy";');
  const second = await images.resolve('a-monolith');
  t.is(output(second), 'howdy latest');
  t.is(output(first), 'hello latest', 'the old bundle is still there for tasks that run it');
  t.not(second.digest, first.digest);
  t.is(builds.length, 2);
  await project.write('services/shop/monolith/src/shared.ts', 'export const greeting = "howdy" as string;');
  t.is((await images.resolve('a-monolith')).digest, second.digest, 'same content, same digest');
});

test('a fresh checkout of the same content is a hit', async (t) => {
  const { project, images, builds } = await create(t);
  await images.resolve('a-monolith');
  const { utimesSync } = await import('node:fs');
  utimesSync(join(project.dir, 'services/shop/monolith/src/shared.ts'), 1, 1);
  await images.resolve('a-monolith');
  t.is(builds.length, 1);
});

test('a file changed while it was bundled is not trusted', async (t) => {
  const project = await createProject(t);
  let calls = 0;
  const bundler: Bundler = async (options) => {
    calls += 1;
    const result = await bundleWithEsbuild(options);
    const { writeFileSync } = await import('node:fs');
    if (calls === 1)
      writeFileSync(join(project.dir, 'services/shop/monolith/src/shared.ts'), 'export const greeting = "later";');
    return result;
  };
  const images = createImageResolver({ projectDir: project.dir, cacheDir: project.cacheDir, overrides: {}, bundler });
  await images.resolve('a-monolith');
  t.is(output(await images.resolve('a-monolith')), 'later latest');
  t.is(calls, 2);
});

test('a lost bundle or a broken manifest is built again', async (t) => {
  const { project, images, builds } = await create(t);
  const { args } = await images.resolve('a-monolith');
  rmSync(args[0]!);
  t.true(existsSync((await images.resolve('a-monolith')).args[0]!));
  const manifest = readdirSync(join(project.cacheDir, 'images')).find((name) => name.endsWith('.json'))!;
  await project.write(`.cutover/cache/images/${manifest}`, '{"version":1');
  await images.resolve('a-monolith');
  t.is(builds.length, 3);
  t.is(bundles(project).length, 1);
  t.deepEqual(readdirSync(join(project.cacheDir, 'images', 'new')), []);
});

test('a build that fails carries the file, the line and the reason', async (t) => {
  const { project, images } = await create(t);
  await project.write('services/shop/monolith/src/shared.ts', 'export const greeting = ;');
  const [problem] = await refusal(t, images.resolve('a-monolith:two'));
  t.is(problem?.code, 'IMAGE_BUILD_FAILED');
  t.is(problem?.address, 'services/shop/monolith (two)');
  t.regex(problem?.message ?? '', /shared\.ts:1:24: ERROR: Unexpected ";"/);
  t.deepEqual(readdirSync(join(project.cacheDir, 'images', 'new')), []);
  await project.write('services/shop/monolith/src/shared.ts', 'export const greeting = "fixed";');
  t.is(output(await images.resolve('a-monolith:two')), 'fixed two');
});

test('no such repository, no such tag: what there is, what may be meant, what to do', async (t) => {
  const { images } = await create(t);
  const [tag] = await refusal(t, images.resolve(`${REGISTRY}/x-monolith:tow`));
  t.like(tag, { code: 'IMAGE_NOT_FOUND', value: `${REGISTRY}/x-monolith:tow` });
  t.regex(tag?.message ?? '', /no build tow; did you mean two\?/);
  t.regex(tag?.rule ?? '', /latest, two/);
  const [repository] = await refusal(t, images.resolve('shop-monolit'));
  t.regex(repository?.message ?? '', /did you mean \*-monolith\?/);
  t.regex(repository?.rule ?? '', /\*-monolith \(services\/shop\/monolith: latest, two\)/);
  t.regex((await refusal(t, images.resolve('nginx')))[0]?.fix ?? '', /--image nginx=COMMAND/);
});

test('overrides: the most exact wins, words are split without a shell, node is this Node', async (t) => {
  const { project, images } = await create(t, {
    'nginx:1.27': 'A=1 B="two words" node -e "console.log(1)" \'a b\' c\\ d ""',
    nginx: './serve --any',
    '*': 'sh -c "exit 0"',
    [`${REGISTRY}/x-monolith`]: 'whole',
  });
  t.like(await images.resolve('docker.io/library/nginx:1.27'), {
    command: process.execPath,
    args: ['-e', 'console.log(1)', 'a b', 'c d', ''],
    env: { A: '1', B: 'two words' },
    cwd: project.dir,
  });
  t.like(await images.resolve('nginx'), { command: './serve', args: ['--any'] });
  t.is((await images.resolve(`${REGISTRY}/x-monolith:two`)).command, 'whole');
  t.is((await images.resolve('redis')).command, 'sh');
  t.not((await images.resolve('nginx')).digest, (await images.resolve('redis')).digest);
});

test('check tells everything at once, before anything is built', async (t) => {
  const { project, images, builds } = await create(t, { nginx: 'serve | tee log', redis: '"open' });
  await project.write('services/a/bad/package.json', {
    cutover: { image: { repositories: 'x', builds: { latest: '../../../etc', two: 'none.ts' } } },
  });
  await project.write('services/a/worse/package.json', '{');
  const problems = images.check({
    taskDefinitions: [
      taskDefinition('good', 'a-monolith'),
      taskDefinition('bad', 'a-monolith:three', 'nginx', 'unknown'),
    ],
  });
  t.deepEqual(
    problems.map(({ code, address }) => `${code} ${address}`),
    [
      'INVALID_CONFIG services/a/bad/package.json',
      'INVALID_CONFIG services/a/bad/package.json',
      'INVALID_CONFIG services/a/bad/package.json',
      'INVALID_CONFIG services/a/worse/package.json',
      'INVALID_CONFIG --image nginx',
      'INVALID_CONFIG --image redis',
      'IMAGE_NOT_FOUND s/aws_ecs_task_definition.bad.container_definitions[c0].image',
      'IMAGE_NOT_FOUND s/aws_ecs_task_definition.bad.container_definitions[c2].image',
    ],
  );
  t.is(builds.length, 0);
});

test('two workspaces for one repository are a clash, unless one glob is longer', async (t) => {
  const { project, images } = await create(t);
  const image = (glob: string) => ({ cutover: { image: { repositories: [glob], builds: { latest: 'a.ts' } } } });
  await project.write('services/shop/other/a.ts', 'console.log("other")');
  await project.write('services/shop/other/package.json', image('x-monolith*'));
  t.is(output(await images.resolve('x-monolith')), 'other');
  await project.write('services/shop/other/package.json', image('monolith-*'));
  t.regex(
    (await refusal(t, images.resolve('monolith-monolith')))[0]?.message ?? '',
    /claimed by .*monolith and .*other/,
  );
});

test('prepare builds all and tells every failure', async (t) => {
  const { project, images, builds } = await create(t);
  const building: string[] = [];
  await images.prepare(
    { taskDefinitions: [taskDefinition('a', 'a-monolith', 'a-monolith:two', 'a-monolith')] },
    (image) => building.push(image),
  );
  t.deepEqual(building, ['a-monolith', 'a-monolith:two']);
  t.is(builds.length, 2);
  await project.write('services/shop/monolith/src/shared.ts', 'export const');
  const problems = await refusal(
    t,
    images.prepare({ taskDefinitions: [taskDefinition('a', 'a-monolith', 'a-monolith:two', 'nginx')] }),
  );
  t.deepEqual(problems.map((one) => one.code).sort(), ['IMAGE_BUILD_FAILED', 'IMAGE_BUILD_FAILED', 'IMAGE_NOT_FOUND']);
});

test('the cache is bounded; what is in use stays', async (t) => {
  const { createBuildCache } = await import('./build-cache.ts');
  const project = await createProject(t);
  const { writeFileSync } = await import('node:fs');
  const entry = await project.write('entry.ts', '0');
  let number = 0;
  const bundler: Bundler = async ({ outFile }) => {
    writeFileSync(outFile, `bundle ${number}`);
    return { inputs: [entry] };
  };
  const open = () =>
    createBuildCache({ projectDir: project.dir, cacheDir: project.cacheDir, bundler, bundlerId: 'x', maxBundles: 3 });
  for (; number < 8; number++) {
    await project.write('entry.ts', String(number));
    await open().get(entry);
  }
  t.is(bundles(project).length, 3);
  const keeper = open();
  for (; number < 14; number++) {
    await project.write('entry.ts', String(number));
    t.true(existsSync((await keeper.get(entry)).file));
  }
  t.is(bundles(project).length, 6);
});
