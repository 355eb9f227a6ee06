import test from 'ava';
import type { ServiceWorkspace } from '../../run/images/workspaces.ts';
import { decideImages } from './decide-images.ts';
import { DEFAULT_SETTINGS } from './repository-settings.ts';
import type { ImageSource } from './source.ts';

const workspace = (label: string, repositories: string[], builds: string[]): ServiceWorkspace => ({
  dir: `/p/${label}`,
  label,
  repositories,
  builds: new Map(builds.map((tag) => [tag, `/p/${label}/${tag}.ts`])),
  env: {},
});

const workspaces = [
  workspace('services/forum/monolith', ['api'], ['latest', 'v2']),
  workspace('services/forum/threads', ['threads'], ['latest', '0.1']),
  workspace('services/logistics/monolith', ['*-monolith'], ['latest', 'noiridium']),
  workspace('services/logistics/hq', ['*-hq'], ['latest']),
];

const source = (names: readonly string[], images: readonly string[] = []): ImageSource => ({
  repositories: names.map((name) => ({
    name,
    region: 'eu-west-1',
    address: `s/aws_ecr_repository.${name}`,
    settings: DEFAULT_SETTINGS,
    declared: true,
  })),
  images: images.map((image) => ({ image: `1.dkr.ecr.eu-west-1.amazonaws.com/${image}`, address: `s/task.${image}` })),
});

const decide = (given: Partial<Parameters<typeof decideImages>[0]>) => {
  const { images, skipped, problems } = decideImages({
    workspaces,
    source: source(['api', 'threads', 'inter-monolith']),
    services: [],
    tags: [],
    ...given,
  });
  return { images: images.map((one) => `${one.repository.name}:${one.build}`), skipped, problems };
};

test('the tags that task definitions name, latest where they name none', (t) => {
  const named = source(
    ['api', 'threads', 'inter-monolith'],
    ['threads:0.1', 'inter-monolith:latest', 'inter-monolith:noiridium', 'other/threads:9'],
  );
  t.deepEqual(decide({ source: named }), {
    images: ['api:latest', 'threads:0.1', 'inter-monolith:latest', 'inter-monolith:noiridium'],
    skipped: [],
    problems: [],
  });
});

test('--tag alone means whoever has that build', (t) => {
  t.deepEqual(decide({ tags: ['0.1', 'v2'] }).images, ['api:v2', 'threads:0.1']);
  t.deepEqual(
    decide({ tags: ['0.1', 'v3'] }).problems.map(({ code, address }) => [code, address]),
    [['IMAGE_NOT_FOUND', '--tag v3']],
  );
});

test('a service is meant by repository, folder, or the folder’s last part where that is unique', (t) => {
  t.deepEqual(decide({ services: ['api'] }).images, ['api:latest']);
  t.deepEqual(decide({ services: ['forum/monolith', 'services/forum/threads'] }).images, [
    'api:latest',
    'threads:latest',
  ]);
  t.deepEqual(decide({ services: ['inter-monolith'] }).images, ['inter-monolith:latest']);
  const { images, problems } = decide({ services: ['monolith'] });
  t.deepEqual(images, []);
  t.is(problems[0]?.code, 'SERVICE_AMBIGUOUS');
  t.regex(problems[0]?.fix ?? '', /forum\/monolith, logistics\/monolith/);
});

test('every problem at once: an unknown service, one without a repository, a tag without a build', (t) => {
  const { problems } = decide({ services: ['thread', 'hq', 'threads'], tags: ['0.2', 'latest'] });
  t.deepEqual(
    problems.map(({ code, message }) => [code, message]),
    [
      ['SERVICE_NOT_FOUND', 'there is no service thread; did you mean threads?'],
      ['SERVICE_NOT_FOUND', 'services/logistics/hq has no repository in the synthesized JSON'],
      ['IMAGE_NOT_FOUND', 'services/forum/threads has no build 0.2; did you mean 0.1?'],
    ],
  );
});

test('a tag that only the JSON names is refused where it is named', (t) => {
  const [problem] = decide({ source: source(['threads'], ['threads:v9']) }).problems;
  t.like(problem, { code: 'IMAGE_NOT_FOUND', address: 's/task.threads:v9', value: 'v9' });
});

test('repositories of others are skipped, and said so; nothing at all is a problem', (t) => {
  const both = decide({ source: source(['threads', 'nginx-mirror']) });
  t.deepEqual(both.images, ['threads:latest']);
  t.deepEqual(both.skipped, [{ repository: 'nginx-mirror', reason: 'no service workspace builds it' }]);
  t.is(decide({ source: source(['nginx-mirror']) }).problems[0]?.message, 'there is no image to make');
});

test('a workspace without a build latest is still found', (t) => {
  const only = [workspace('services/x', ['x'], ['blue'])];
  const { images, skipped } = decide({ workspaces: only, source: source(['x']) });
  t.deepEqual(images, []);
  t.is(skipped[0]?.reason, 'nothing names a tag of it, and it has no latest');
  t.deepEqual(decide({ workspaces: only, source: source(['x'], ['x:blue']) }).images, ['x:blue']);
});

test('one repository that two workspaces claim is refused', (t) => {
  const two = [workspace('services/a', ['*-x'], ['latest']), workspace('services/b', ['a-*'], ['latest'])];
  t.is(decide({ workspaces: two, source: source(['a-x']) }).problems[0]?.code, 'INVALID_CONFIG');
});
