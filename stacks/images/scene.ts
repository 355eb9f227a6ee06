/** Everything that the suite's tests share: made once, and taken down again. */
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { type Checkout, checkOut } from './checkout.ts';
import { type ImagesRun, images, type RunningImages, startImages } from './command.ts';
import { type EcrDoor, openEcrDoor } from './ecr-door.ts';
import { type Machine, npmRefusal, say } from './machine.ts';
import type { Plan } from './planned.ts';
import { type LocalRegistry, startRegistry } from './registry.ts';
import { BASE, openWorkshop, type Workshop } from './workshop.ts';

const REGION = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Pushed {
  readonly service: string;
  readonly repository: string;
  readonly build: string;
  readonly tags: readonly [string, string];
  readonly bundle: string;
  readonly pushed: {
    readonly digest: string;
    readonly uri: string;
    readonly pushed: readonly string[];
    readonly unchanged: readonly string[];
  };
}

export interface Scene {
  readonly workshop: Workshop;
  readonly checkout: Checkout;
  readonly registry: LocalRegistry;
  readonly ecr: ECRClient;
  /** For services and the SDK. */
  readonly aws: Readonly<Record<string, string>>;
  images(verb: 'build' | 'push', ...args: readonly string[]): Promise<ImagesRun>;
  start(verb: 'build' | 'push', ...args: readonly string[]): RunningImages;
  /** @param worked all that is to be kept was made */
  close(worked: boolean): Promise<void>;
}

/** @returns the scene, or why the packages that the images need cannot be had */
export async function openScene(root: string, machine: Machine, plan: Plan): Promise<Scene | { missing: string }> {
  const workshop = await openWorkshop(root);
  try {
    // What an earlier run installed is there without the registry.
    const refusal = workshop.warm ? null : await npmRefusal(workshop.npmrc);
    if (refusal !== null) {
      await workshop.clear(false);
      return { missing: refusal };
    }
    return await opened(root, workshop, { machine, plan });
  } catch (error) {
    await workshop.clear(false);
    throw error;
  }
}

async function opened(
  root: string,
  workshop: Workshop,
  { machine: { emulator, registryProgram }, plan }: { machine: Machine; plan: Plan },
): Promise<Scene> {
  say('copying what is committed; starting the registry');
  const [checkout, registry] = await Promise.all([
    checkOut(root, join(workshop.dir, 'checkout')),
    startRegistry(registryProgram, join(workshop.dir, 'registry')),
  ]);
  const door = await openEcrDoor(emulator.endpoint, registry);
  await createTables(emulator.endpoint, plan);
  const { AWS_ENDPOINT_URL: _, ...env } = workshop.env;
  const options = { checkout, env, secret: registry.password };
  const flags = (verb: string, args: readonly string[]) => [...flagsFor(verb, { workshop, door, plan }), ...args];
  const ecr = new ECRClient({ endpoint: door.endpoint, region: REGION, credentials });
  return {
    ...{ workshop, checkout, registry, ecr },
    aws: {
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    images: (verb, ...args) => images(flags(verb, args), options),
    start: (verb, ...args) => startImages(flags(verb, args), options),
    async close(worked) {
      ecr.destroy();
      door.stop();
      await registry.stop();
      await workshop.clear(worked);
    },
  };
}

function flagsFor(
  verb: string,
  { workshop, door, plan }: { workshop: Workshop; door: EcrDoor; plan: Plan },
): readonly string[] {
  const named = (name: string, values: readonly string[]): string[] => values.flatMap((value) => [name, value]);
  return [
    ...[verb, '--builder', 'buildah', '--base', BASE, '--npmrc', workshop.npmrc],
    ...named('--synth', plan.dirs),
    ...named('--builder-option', workshop.buildOptions),
    ...(verb === 'push' ? ['--endpoint', door.endpoint] : []),
  ];
}

async function createTables(endpoint: string, { tables }: Plan): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  for (const { name: TableName, hashKey: AttributeName, hashKeyType } of tables)
    await client.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName, AttributeType: hashKeyType as 'S' | 'N' | 'B' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  client.destroy();
}
