/** Topology resources and a running controller for tests. */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ResourceBase, Subscription, Topic } from '../../../topology.ts';
import type { Clock } from '../../clock.ts';
import { createClock } from '../../clock.ts';
import { createEventLog } from '../../events.ts';
import { createRandom } from '../../random.ts';
import type { Journal } from '../journal.ts';
import { createSigningMaterial, type SigningMaterial } from '../signing.ts';
import { createTopics, type Topics } from '../topics.ts';
import type { Received } from './receiver.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';

function base(type: string, name: string): ResourceBase {
  const lists = { dependsOn: [], ignoreChanges: [], attributes: {}, tags: {} };
  return { address: `stack/${type}.${name}`, type, stack: 'stack', digest: name, ...lists };
}

export function topicNamed(name: string, change: Partial<Topic> = {}): Topic {
  const arn = `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
  return {
    ...base('aws_sns_topic', name),
    arn,
    name,
    displayName: '',
    deliveryPolicy: null,
    signatureVersion: 1,
    ...change,
  };
}

export function subscriptionOf(topic: Topic, endpoint: string, change: Partial<Subscription> = {}): Subscription {
  return {
    ...base('aws_sns_topic_subscription', topic.name),
    topicArn: topic.arn,
    protocol: 'http',
    endpoint,
    rawMessageDelivery: false,
    filterPolicy: null,
    filterPolicyScope: 'MessageAttributes',
    deliveryPolicy: null,
    deadLetterTargetArn: null,
    confirmationTimeoutMinutes: 1,
    ...change,
  };
}

export function queueNamed(name: string) {
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  return { ...base('aws_sqs_queue', name), arn, name, url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}` };
}

const GENERATOR = join(import.meta.dirname, '..', 'generate-material.ts');
const MADE = join(import.meta.dirname, '..', '..', '..', '..', 'node_modules', '.cache', 'cutover', 'signing');

/**
 * In a folder of its own. Keys are slow to make: a later test starts with a copy of those that the same generator made for
 * an earlier one, as a later plane does with its state folder.
 */
export async function makeMaterial(
  host = '127.0.0.1:0',
): Promise<{ material: SigningMaterial; dispose: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-topics-'));
  const own = join(dir, 'signing.json');
  const version = createHash('sha256')
    .update(await readFile(GENERATOR))
    .digest('hex')
    .slice(0, 16);
  const made = join(MADE, `${version}.json`);
  await copyFile(made, own).catch(() => undefined);
  const before = await readFile(own, 'utf8').catch(() => null);
  const material = await createSigningMaterial({ dir, random: createRandom('test'), host });
  const after = await readFile(own, 'utf8');
  if (after !== before) await keep(after, made);
  return { material, dispose: () => rm(dir, { recursive: true, force: true }) };
}

async function keep(text: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Two tests of one process may make it at the same time.
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}

export function startTopics(
  material: SigningMaterial,
  options: { clock?: Clock; localise?: (text: string) => string; journal?: Journal } = {},
): { topics: Topics; events: ReturnType<typeof createEventLog> } {
  const clock = options.clock ?? createClock(1000);
  const events = createEventLog(clock);
  const topics = createTopics({
    clock,
    random: createRandom('test'),
    events,
    localise: options.localise ?? ((text) => text),
    awsEndpoint: 'http://127.0.0.1:4566',
    signing: material,
    ...(options.journal ? { journal: options.journal } : {}),
    place: { region: REGION, accountId: ACCOUNT },
  });
  return { topics, events };
}

/** What an endpoint does with a SubscriptionConfirmation: calls the API's ConfirmSubscription. */
export function confirmFrom(topics: Topics, request: Received): void {
  if (request.headers['x-amz-sns-message-type'] !== 'SubscriptionConfirmation') return;
  const { TopicArn, Token } = JSON.parse(request.body) as { TopicArn: string; Token: string };
  topics.confirm(TopicArn, Token, false);
}
