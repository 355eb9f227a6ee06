/** The plane's controllers, put together and taken apart again. Who decides what is each controller's own business. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Listener, LoadBalancer, Topology } from '../topology.ts';
import { createAddressBook } from './addresses.ts';
import { createAlarms } from './alarms/alarms.ts';
import { type Applier, createApplier, type Handlers } from './apply/apply.ts';
import { createAutoscaler } from './autoscaler/autoscaler.ts';
import { createBalancer } from './balancer/balancer.ts';
import { networkPolicyOf } from './balancer/network-policy.ts';
import { createCapacity } from './capacity/capacity.ts';
import { planeCapacityPort } from './capacity/plane-port.ts';
import { createClock } from './clock.ts';
import { createCodeDeploy } from './codedeploy/codedeploy.ts';
import { openDeliveryFile } from './codedeploy/delivery-file.ts';
import { createKnownNetwork } from './ecs/known-network.ts';
import { createEcs } from './ecs.ts';
import { createEventLog } from './events.ts';
import { createFunctionRunner } from './functions/functions.ts';
import { createImageResolver } from './images/images.ts';
import { createInstances } from './instances/instances.ts';
import { createObjectStore } from './instances/objects.ts';
import { createLogStore } from './logs/logs.ts';
import { createMetricStore } from './metrics/store.ts';
import { createParameterStore } from './params/params.ts';
import { createSecretValues } from './params/secret-values.ts';
import { DEFAULT_PLACE } from './place.ts';
import type { PlaneConfig } from './plane.ts';
import { createProcessRunner } from './processes/processes.ts';
import { createRandom } from './random.ts';
import { createRestApis } from './rest-api/rest-api.ts';
import { isSavedUsage, USAGE_KINDS } from './rest-api/usage.ts';
import { createRevisionBook } from './revisions.ts';
import { createTables } from './tables/tables.ts';
import { openJournal, openJournalOf } from './topics/journal.ts';
import { createSigningMaterial, startCertificateServer } from './topics/signing.ts';
import { createTopics } from './topics/topics.ts';
import { createCommandWaits } from './waits/waits.ts';

/** Load balancers' addresses and names, and what security groups let through. */
export function setNames(parts: Parts, old: Topology | null, next: Topology): void {
  const loadBalancers: LoadBalancer[] = mergeByArn(old?.loadBalancers ?? [], next.loadBalancers);
  const listeners: Listener[] = mergeByArn(old?.listeners ?? [], next.listeners);
  parts.place.region = next.region;
  parts.place.accountId = next.accountId;
  parts.addresses.setLoadBalancers(loadBalancers, listeners);
  parts.addresses.setRestApis(mergeById(old?.restApis ?? [], next.restApis));
  const subnets = mergeById(old?.subnets ?? [], next.subnets);
  parts.balancer.setSubnets(subnets);
  for (const { id, zone } of subnets) parts.zones.set(id, zone);
  parts.network.set(old ? [old, next] : [next]);
  parts.balancer.setNetworkPolicy(networkPolicyOf(mergeById(old?.securityGroups ?? [], next.securityGroups)));
}

/** By ARN: the newer one holds. */
function mergeByArn<T extends { readonly arn: string }>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Map([...a, ...b].map((x) => [x.arn, x])).values()];
}

/** By id: the newer one holds. */
function mergeById<T extends { readonly id: string }>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Map([...a, ...b].map((x) => [x.id, x])).values()];
}

export type Parts = Awaited<ReturnType<typeof createParts>>;

export async function createParts(config: PlaneConfig) {
  await mkdir(config.stateDir, { recursive: true, mode: 0o700 });
  // What functions and instances run lies below: the project's own package.json must not say what their files are.
  await writeFile(join(config.stateDir, 'package.json'), '{"private":true}\n', { mode: 0o600 });
  const clock = createClock(config.clockRate);
  const random = createRandom();
  const events = createEventLog(clock);
  const warn = (message: string): void =>
    void events.emit({ source: 'plane', subject: 'plane', code: 'WARNING', level: 'warn', message });
  const delivery = await openDeliveryFile({
    stateDir: config.stateDir,
    resume: config.resume ?? false,
    clock,
    random,
    onWarn: warn,
  });
  const { saved } = delivery;
  const onSaved = delivery.changed;
  const revisions = createRevisionBook(saved.revisions, onSaved);
  const addresses = await createAddressBook({ portBase: config.portBase });
  const processes = await createProcessRunner({ clock, stateDir: config.stateDir, onWarn: warn });
  const images = createImageResolver({
    projectDir: config.projectDir,
    cacheDir: config.cacheDir,
    overrides: config.images,
  });
  const logs = createLogStore({ clock, dir: join(config.stateDir, 'logs'), onWarn: warn });
  const metrics = createMetricStore({ clock });
  /** Where the stacks are: one object, which all read from and `setNames` writes. */
  const place = { ...DEFAULT_PLACE };
  const parameters = createParameterStore({ clock, localise: addresses.localise, place });
  const secretValues = createSecretValues(addresses.localise);
  const tables = createTables({
    clock,
    processes,
    dataDir: join(config.stateDir, 'tables'),
    port: config.portBase + 3,
    place,
    onWarn: warn,
  });
  const signingHost = `127.0.0.1:${config.portBase + 2}`;
  const signing = await createSigningMaterial({ dir: join(config.stateDir, 'sns'), random, host: signingHost });
  const certificates = await startCertificateServer({ material: signing, port: config.portBase + 2 });
  const topics = createTopics({
    clock,
    random,
    events,
    localise: addresses.localise,
    awsEndpoint: addresses.awsEndpoint,
    signing,
    metrics,
    journal: openJournal({
      file: join(config.stateDir, 'topics.jsonl'),
      resume: config.resume ?? false,
      onWarn: warn,
    }),
    place,
  });
  const balancer = createBalancer({
    ...{ clock, random, events, addresses, metrics, onSaved },
    saved: saved.actions,
    authorityKeyPem: signing.caKeyPem,
  });
  const zones = new Map<string, string>();
  const network = createKnownNetwork();
  const environment = () => ({
    AWS_ENDPOINT_URL: addresses.awsEndpoint,
    ...dynamoDbAddress(tables.endpoint()),
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    NODE_EXTRA_CA_CERTS: signing.caFile,
    CUTOVER_SIGNING_CERT_HOSTS: signingHost,
  });
  const objects = createObjectStore();
  const instances = createInstances({
    clock,
    random,
    events,
    addresses,
    registry: balancer,
    processes,
    logs,
    objects,
    parameters,
    targetGroup: (arn) => balancer.view.targetGroups().find((group) => group.arn === arn),
    dir: join(config.stateDir, 'instances'),
    projectDir: config.projectDir,
    commands: config.images,
    environment,
    policyOf: (groupArn) => capacity.providerOf(groupArn),
    place,
  });
  const ecs = createEcs({
    clock,
    random,
    events,
    addresses,
    instances,
    registry: balancer,
    processes,
    images,
    parameters,
    secretValues,
    logs,
    metrics,
    taskEnvironment: environment,
    zoneOf: (subnetId) => zones.get(subnetId) ?? null,
    network,
    metadataUri: (taskId) => `${addresses.awsEndpoint}/_metadata/v4/${taskId}`,
    nextRevision: revisions.next,
    associated: balancer.associated,
    deploying: (serviceArn) => deployments.deploying(serviceArn),
    alarms: () => alarms.alarms().map(({ definition, state }) => ({ ...definition, state })),
    traffic: balancer.traffic,
    invoke: (name, event, signal) => functions.invoke(name, event, signal),
    scales: (provider) => capacity.scales(provider),
    saved: saved.ecs,
    onSaved,
    place,
  });
  const functions = createFunctionRunner({
    clock,
    random,
    events,
    processes,
    logs,
    metrics,
    addresses,
    dir: join(config.stateDir, 'functions'),
    place,
  });
  const restApis = createRestApis({
    clock,
    random,
    events,
    metrics,
    logs,
    functions,
    addresses,
    place,
    journal: openJournalOf({
      file: join(config.stateDir, 'usage.jsonl'),
      resume: config.resume ?? false,
      onWarn: warn,
      kinds: USAGE_KINDS,
      isValue: isSavedUsage,
    }),
  });
  const alarms = createAlarms({ clock, events, metrics, publish: topics.publish, place });
  const autoscaler = createAutoscaler({ clock, random, events, metrics, ecs, alarms });
  const capacity = createCapacity({
    clock,
    events,
    metrics,
    port: planeCapacityPort({ ecs, instances, groupOf: (name) => capacity.groupOf(name) }),
  });
  const deployments = createCodeDeploy({
    clock,
    random,
    events,
    ecs,
    registry: balancer,
    traffic: balancer.traffic,
    functions,
    alarms,
    targetGroups: balancer.view.targetGroups,
    onWorld(listener) {
      const ends = [balancer.onChange(listener), alarms.onChange(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    saved: saved.codedeploy,
    onSaved,
  });
  delivery.collect(() => ({
    revisions: revisions.saved(),
    ecs: ecs.saved(),
    actions: balancer.saved(),
    codedeploy: deployments.saved(),
  }));
  const handlers: Handlers = {
    ...balancer.handlers,
    ...ecs.handlers,
    ...topics.handlers,
    functions: functions.handler,
    ...restApis.handlers,
    alarms: alarms.handler,
    ...autoscaler.handlers,
    capacityProviders: capacity.handler,
    ...deployments.handlers,
    objects: objects.handler,
    commandWaits: createCommandWaits({
      clock,
      // A blue/green service that came back in the other target group of its pair is waited for there.
      registry: { health: (arn) => balancer.health(ecs.standIn(arn)) },
      ecs,
    }).handler,
    parameters: parameters.handler,
    secretValues: secretValues.handler,
    tables: tables.handler,
    logGroups: {
      put: (next: Topology['logGroups'][number]) => logs.putGroup(next.name, next.retentionDays),
      remove: (previous: Topology['logGroups'][number]) => logs.removeGroup(previous.name),
    },
  } as unknown as Handlers;
  const applier: Applier = createApplier(handlers, events);
  const onClose: (() => Promise<unknown>)[] = [() => certificates.close(), () => addresses.close()];
  return {
    clock,
    random,
    events,
    addresses,
    processes,
    images,
    logs,
    metrics,
    parameters,
    tables,
    signing,
    topics,
    balancer,
    zones,
    network,
    place,
    instances,
    ecs,
    functions,
    restApis,
    alarms,
    autoscaler,
    capacity,
    deployments,
    delivery,
    revisions,
    objects,
    applier,
    onClose,
  };
}

/** Deliveries first, then tasks, then what they stood on. Each step runs whatever became of the one before. */
export async function closeParts(parts: Parts): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    async () => parts.autoscaler.close(),
    async () => parts.capacity.close(),
    async () => parts.deployments.close(),
    async () => parts.alarms.close(),
    () => parts.topics.close(2000),
    () => parts.restApis.close(),
    () => parts.functions.close(),
    () => parts.ecs.close(),
    () => parts.instances.close(),
    async () => parts.delivery.close(),
    () => parts.balancer.close(),
    () => parts.tables.close(),
    () => parts.processes.close(),
    ...parts.onClose,
    () => parts.logs.close(),
  ];
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'the plane did not close cleanly');
}

/** The SDKs' own variable for one service: DynamoDB's calls need not go through the endpoint, which only hands them on. */
function dynamoDbAddress(endpoint: string | null): { AWS_ENDPOINT_URL_DYNAMODB?: string } {
  return endpoint === null ? {} : { AWS_ENDPOINT_URL_DYNAMODB: endpoint };
}
