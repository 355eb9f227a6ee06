/**
 * The images for real: built by buildah on a base made from this machine's Node, pushed to a real registry behind ECR's
 * API, taken from there again, and run as the image says. CUTOVER_IMAGES=two makes two of the eight only.
 */

import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import test, { type ExecutionContext } from 'ava';
import { type Emulator, startEmulator } from '../terraform/emulator.ts';
import { type BaseImage, makeBaseImage } from './base-image.ts';
import { images } from './command.ts';
import { type EcrDoor, openEcrDoor } from './ecr-door.ts';
import { takeImage } from './image.ts';
import { missingHere, openWorkshop, type Workshop } from './machine.ts';
import { type LocalRegistry, startRegistry } from './registry.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BASE = 'localhost/node:24-here';
const MAX_MIB_OVER_BASE = 150;
const NON_ROOT = 65532;
const LIMIT_MS = 20 * 60_000;

interface Facts {
  readonly repository: string;
  readonly health: string;
  readonly env?: Readonly<Record<string, string>>;
}

const upstream = { FULFILLMENT_API_ENDPOINT: 'http://127.0.0.1:9', FULFILLMENT_API_KEY: 'key' };
const gatherer = { monolithUrl: 'http://127.0.0.1:9', FULFILL_KEY: 'key' };
const ALL: readonly Facts[] = [
  { repository: 'threads', health: '/' },
  { repository: 'interstella-hq', health: '/health', env: { API_KEYS: 'key', ORDERS_TABLE: 'interstella-orders' } },
  { repository: 'users', health: '/' },
  { repository: 'posts', health: '/' },
  { repository: 'api', health: '/' },
  { repository: 'interstella-iridium', health: '/iridium/', env: gatherer },
  { repository: 'interstella-magnesite', health: '/magnesite/', env: gatherer },
  { repository: 'interstella-monolith', health: '/', env: upstream },
];
const CHOSEN = process.env['CUTOVER_IMAGES'] === 'two' ? ALL.slice(0, 2) : ALL;

const missing = await missingHere();
const run = missing === null ? test.serial : test.serial.skip;
const why = missing === null ? '' : ` (skipped: ${missing})`;

interface Scene {
  readonly workshop: Workshop;
  readonly base: BaseImage;
  readonly registry: LocalRegistry;
  readonly emulator: Emulator;
  readonly door: EcrDoor;
  readonly ecr: ECRClient;
}
let scene: Scene;

interface Pushed {
  readonly repository: string;
  readonly build: string;
  readonly tags: readonly [string, string];
  readonly bundle: string;
  readonly pushed: {
    readonly digest: string;
    readonly uri: string;
    readonly pushed: string[];
    readonly unchanged: string[];
  };
}
let first: readonly Pushed[] = [];

test.before(async (t) => {
  if (missing !== null) return;
  t.timeout(LIMIT_MS);
  const workshop = await openWorkshop();
  const [emulator, registry] = await Promise.all([
    startEmulator(join(ROOT, '.cutover')),
    startRegistry(join(workshop.dir, 'registry')),
  ]);
  const door = await openEcrDoor(emulator.endpoint, registry);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const ecr = new ECRClient({ endpoint: door.endpoint, region: 'us-east-1', credentials });
  const base = await makeBaseImage(join(workshop.dir, 'base'), workshop.env, BASE);
  scene = { workshop, base, registry, emulator, door, ecr };
});

test.after.always(async () => {
  if (!scene) return;
  scene.ecr.destroy();
  scene.door.stop();
  await Promise.all([scene.registry.stop(), scene.emulator.stop()]);
  await scene.workshop.clear();
});

const push = (services: readonly string[]) => {
  const { workshop, door, registry } = scene;
  const { AWS_ENDPOINT_URL: _, ...env } = workshop.env;
  const build = workshop.buildOptions.flatMap((option) => ['--builder-option', option]);
  return images(
    [
      'push',
      ...services,
      '--tag',
      'latest',
      '--builder',
      'buildah',
      '--base',
      BASE,
      '--npmrc',
      workshop.npmrc,
      '--endpoint',
      door.endpoint,
      ...build,
    ],
    { env, secret: registry.password },
  );
};

const repositories = CHOSEN.map(({ repository }) => repository);

run(`built, pushed in spite of a failing registry, verified by digest${why}`, async (t) => {
  t.timeout(LIMIT_MS);
  scene.registry.failManifests(1);
  const { code, json, stderr, leaks } = await push(repositories);
  t.is(code, 0, stderr.slice(-3_000));
  t.deepEqual(leaks, [], 'the token on a command line');
  t.is(scene.registry.refused(), 1);
  first = (json as { images: Pushed[] }).images;
  t.deepEqual(first.map(({ repository }) => repository).sort(), [...repositories].sort());
  t.deepEqual([...(json as { created: string[] }).created].sort(), [...repositories].sort());
  for (const { repository, tags, pushed } of first) {
    t.regex(tags[0], /^sha-[0-9a-f]{12}$/);
    t.is(tags[1], 'latest');
    for (const tag of tags) t.is((await scene.registry.manifest(repository, tag)).digest, pushed.digest);
    const { imageDetails = [] } = await scene.ecr.send(new DescribeImagesCommand({ repositoryName: repository }));
    t.deepEqual(imageDetails.flatMap((one) => one.imageTags ?? []).sort(), [...tags].sort());
    for (const { imageDigest } of imageDetails) t.is(imageDigest, pushed.digest);
  }
});

run(`missing repositories are created as the stacks declare them${why}`, async (t) => {
  for (const repositoryName of repositories) {
    const { repositories: found = [] } = await scene.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
    );
    t.like(found[0], { imageTagMutability: 'MUTABLE', imageScanningConfiguration: { scanOnPush: true } });
    const { lifecyclePolicyText = '{}' } = await scene.ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
    const [rule] = (JSON.parse(lifecyclePolicyText) as { rules: object[] }).rules;
    t.like(rule, { selection: { tagStatus: 'untagged', countNumber: 14 }, action: { type: 'expire' } });
  }
});

for (const facts of CHOSEN)
  run(`${facts.repository}: taken from the registry, small, not root, answers ${facts.health}${why}`, async (t) => {
    t.timeout(5 * 60_000);
    const found = first.find(({ repository }) => repository === facts.repository);
    if (!found) return t.fail('it was not pushed');
    if (facts.repository === 'interstella-hq') await createTable();
    const { workshop, registry, base } = scene;
    const image = await takeImage(`${found.pushed.uri}@${found.pushed.digest}`, workshop, { base: base.dir, registry });
    try {
      holdsNothingElse(t, image.added);
      t.is(image.config.User, `${NON_ROOT}:${NON_ROOT}`);
      t.is(await image.digestOf('app/service.cjs'), found.bundle, 'the bundle that the plane runs');
      await answers(t, facts, image.start);
    } finally {
      await image.remove();
    }
  });

run(`pushed again: the same digests, nothing created${why}`, async (t) => {
  t.timeout(LIMIT_MS);
  const [repository = ''] = repositories;
  const { code, json, stderr } = await push([repository]);
  t.is(code, 0, stderr.slice(-3_000));
  const again = json as { images: Pushed[]; created: string[] };
  t.deepEqual(again.created, []);
  const before = first.find((one) => one.repository === repository);
  t.deepEqual(
    again.images.map(({ tags, pushed }) => [tags, pushed.digest]),
    [[before?.tags, before?.pushed.digest]],
  );
});

run(`tags of an immutable repository are pushed once${why}`, async (t) => {
  t.timeout(LIMIT_MS);
  const repositoryName = 'threads';
  const { ecr, registry } = scene;
  await ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  const same = await push([repositoryName]);
  t.is(same.code, 0, same.stderr.slice(-3_000));
  const [image] = (same.json as { images: Pushed[] }).images;
  t.deepEqual(image?.pushed.unchanged, [...(image?.tags ?? [])]);
  t.deepEqual(image?.pushed.pushed, []);
  // Now `latest` is somebody else's image.
  await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: 'latest' }] }));
  const { text, digest } = await registry.manifest(repositories[1] ?? '', 'latest');
  await ecr.send(new PutImageCommand({ repositoryName, imageTag: 'latest', imageManifest: text, imageDigest: digest }));
  const other = await push([repositoryName]);
  t.is(other.code, 4, other.stderr.slice(-3_000));
  t.like((other.json as { error: object }).error, { code: 'PUSH_FAILED', address: 'threads:latest', value: 'latest' });
});

function holdsNothingElse(t: ExecutionContext, added: Readonly<Record<string, number>>): void {
  t.deepEqual(Object.keys(added), ['app/service.cjs']);
  const mebibytes = Object.values(added).reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
  t.true(mebibytes < MAX_MIB_OVER_BASE, `${mebibytes} MiB over the base`);
}

async function answers(
  t: ExecutionContext,
  { health, env = {} }: Facts,
  start: (
    env: Readonly<Record<string, string>>,
  ) => Promise<{ uid: number; output: () => string; stop(): Promise<number | null> }>,
): Promise<void> {
  const service = await start({ ...env, ...aws(), HOST: '127.0.0.1', PORT: '0', ALLOW_UNSIGNED: 'true' });
  try {
    t.is(service.uid, NON_ROOT);
    const port = /"event":"listening"[^\n]*"port":(\d+)/.exec(service.output())?.[1];
    const response = await fetch(`http://127.0.0.1:${port}${health}`);
    t.is(response.status, 200, await response.text());
  } finally {
    t.is(await service.stop(), 0, 'SIGTERM reaches Node, which ends in order');
  }
}

const aws = () => ({
  AWS_ENDPOINT_URL: scene.emulator.endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

async function createTable(): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = aws();
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'interstella-orders',
      KeySchema: [{ AttributeName: 'MessageId', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'MessageId', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  client.destroy();
}
