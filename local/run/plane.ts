/**
 * The local plane: composes the controllers, applies topologies to them, and takes them down again.
 * It decides nothing itself; each controller owns its folder.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import type { Status } from '../status.ts';
import type { FidelityNote, Topology } from '../topology.ts';
import { namedLoadBalancers } from './addresses/named-load-balancers.ts';
import { createApi } from './api/api.ts';
import { createConsoleServer } from './console/server.ts';
import type { Change, LogStore } from './contracts.ts';
import type { FrontDoor } from './control/front-door.ts';
import type { EventLog } from './events.ts';
import { APPROXIMATIONS } from './fidelity.ts';
import { createRepositoryBuilds } from './images/repository-builds.ts';
import { checksFor, loadTopology } from './load.ts';
import { createMetadataRoute } from './metadata/metadata.ts';
import { closeParts, createParts, setNames } from './parts.ts';
import { createSecrets } from './secrets.ts';
import { statusOf } from './status.ts';

export interface PlaneConfig {
  readonly projectDir: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  /** AWS endpoint; console +1, certificates +2, tables +3. */
  readonly portBase: number;
  /** 1 … 1000. */
  readonly clockRate: number;
  /** Image → local command. */
  readonly images: Readonly<Record<string, string>>;
  /** Resource types accepted without local effect. */
  readonly allow: readonly string[];
  /** Terraform variables. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Bring back what a plane that was killed has left. Default: no */
  readonly resume?: boolean;
}

export interface ApplyInput {
  /** A cdktf.out folder, a folder of `*.tf` and `*.tf.json`, or one such file. */
  readonly dir: string;
  readonly stage: string | null;
  /** Which of the project's systems was synthesized, for whoever applies next. Default: not told. */
  readonly system?: string | null;
}

export interface PlaneProgress {
  readonly phase: 'resolved' | 'building' | 'started' | 'done' | 'failed';
  readonly address: string;
  readonly action: string;
  readonly done: number;
  readonly total: number;
  readonly error?: string;
}

export interface Plane {
  readonly awsEndpoint: string;
  readonly events: EventLog;
  readonly logs: LogStore;
  /** Answers at the front door from now on. @param control takes what is its own first */
  listen(door: FrontDoor, control: (req: IncomingMessage, res: ServerResponse) => boolean): Promise<void>;
  plan(dir: string): Promise<readonly Change[]>;
  /** Builds what an image runs as, so that a deployment of it can start. @throws CutoverError IMAGE_NOT_FOUND | IMAGE_BUILD_FAILED */
  prepareImage(image: string): Promise<void>;
  /** One at a time. @throws CutoverError where the JSON is refused: then nothing was changed */
  apply(
    input: ApplyInput,
    onProgress?: (progress: PlaneProgress) => void,
  ): Promise<{ changes: readonly Change[]; problems: readonly Problem[] }>;
  /** Called after each apply that went through. */
  onApplied(listener: (applied: ApplyInput) => unknown): void;
  status(): Status;
  signing(): { privateKeyPem: string; signingCertUrl: string };
  deliveries(): unknown;
  fidelity(): readonly FidelityNote[];
  close(): Promise<void>;
}

/** @throws CutoverError where ports or addresses are not to be had */
export async function createPlane(config: PlaneConfig): Promise<Plane> {
  const parts = await createParts(config);
  const { clock, events, addresses, applier, revisions } = parts;
  const secrets = await createSecrets(config.stateDir, (message) =>
    events.emit({ source: 'plane', subject: 'plane', code: 'WARNING', level: 'warn', message }),
  );
  const listeners = new Set<(applied: ApplyInput) => unknown>();
  const shutdown = new AbortController();
  let topology: Topology | null = null;
  let stage: string | null = null;
  let state: Status['state'] = 'starting';
  let applying: Promise<unknown> | null = null;
  let closing: Promise<void> | null = null;

  const load = (dir: string): Promise<Topology> =>
    loadTopology(
      dir,
      { allow: config.allow, variables: config.variables, revisionOf: revisions.of, random: secrets.of },
      checksFor(config),
    );

  const status = (): Status =>
    statusOf({
      head: {
        stage,
        clockRate: clock.rate,
        state,
        pid: process.pid,
        portBase: config.portBase,
        addressMode: addresses.mode,
        region: parts.place.region,
        endpoints: { aws: addresses.awsEndpoint, console: addresses.consoleEndpoint },
        lastEventId: events.since(0).at(-1)?.id ?? 0,
      },
      balancer: parts.balancer.reading(),
      ecs: parts.ecs,
      autoScalingGroups: topology?.autoScalingGroups ?? [],
      topics: parts.topics.listTopics().map((topic) => ({
        name: topic.name,
        arn: topic.arn,
        subscriptions: parts.topics
          .listSubscriptions(topic.arn)
          .map((s) => ({ protocol: s.protocol, endpoint: addresses.localise(s.endpoint), confirmed: s.confirmed })),
      })),
      blueGreen: parts.deployments.control.deployments(),
      restApis: parts.restApis.reading(),
      alarms: parts.alarms.alarms(),
      outputs: topology?.outputs ?? [],
      loadBalancerHost: addresses.loadBalancerHost,
      localise: addresses.localise,
    });

  const metadata = createMetadataRoute({ view: parts.ecs, processes: parts.processes, clock });
  const consoleServer = createConsoleServer({ dir: join(config.projectDir, 'console'), status, events });

  async function apply(input: ApplyInput, onProgress?: (progress: PlaneProgress) => void) {
    const next = await load(input.dir);
    // Every image is built before anything changes: a broken build stops the apply while all still runs as it did.
    await parts.images.prepare(next, (image) =>
      onProgress?.({ phase: 'building', address: image, action: 'build', done: 0, total: 0 }),
    );
    // Both the old and the new load balancers have their names until the apply is over.
    setNames(parts, topology, next);
    const before = { topology, stage };
    topology = next;
    stage = input.stage;
    state = 'applying';
    const result = await applier.apply(next, shutdown.signal, (p) =>
      onProgress?.({
        phase: p.phase,
        address: p.change.address,
        action: p.change.action,
        done: p.done,
        total: p.total,
        ...(p.error === undefined ? {} : { error: p.error }),
      }),
    );
    if (result.problems.length > 0) {
      state = before.topology ? 'running' : 'failed';
      stage = before.stage ?? stage;
      return result;
    }
    setNames(parts, null, next);
    parts.topics.endResume();
    state = 'running';
    for (const listener of listeners) await listener(input);
    return result;
  }

  return {
    awsEndpoint: addresses.awsEndpoint,
    events,
    logs: parts.logs,
    async listen(door, control) {
      const api = createApi({
        ...parts,
        balancer: parts.balancer.view,
        traffic: parts.balancer.traffic,
        registry: parts.balancer,
        codedeploy: parts.deployments.control,
        handlers: {
          ...parts.ecs.handlers,
          ...parts.balancer.handlers,
          loadBalancers: namedLoadBalancers(addresses, parts.balancer.handlers.loadBalancers),
          functions: parts.functions.handler,
          alarms: parts.alarms.handler,
          ...parts.autoscaler.handlers,
          restApiKeys: parts.restApis.handlers.restApiKeys,
          restUsagePlanKeys: parts.restApis.handlers.restUsagePlanKeys,
        },
        packageDir: join(config.stateDir, 'functions'),
        madeFile: join(config.stateDir, 'endpoint.json'),
        resume: config.resume ?? false,
        tablesEndpoint: parts.tables.endpoint,
        resources: () => ({
          clusters: topology?.clusters ?? [],
          capacityProviders: topology?.capacityProviders ?? [],
          autoScalingGroups: topology?.autoScalingGroups ?? [],
          repositories: topology?.repositories ?? [],
          stacks: topology?.stacks ?? [],
          outputs: topology?.outputs ?? [],
          subnets: topology?.subnets ?? [],
          securityGroups: topology?.securityGroups ?? [],
          inert: topology?.inert ?? [],
        }),
        images: createRepositoryBuilds({ projectDir: config.projectDir, resolve: parts.images.resolve }),
        stackPlace: () => topology && parts.place,
        loadBalancerHost: addresses.loadBalancerHost,
        extra: (req, res) => control(req, res) || metadata(req, res),
      });
      parts.onClose.push(
        async () => door.hand(null),
        () => consoleServer.close(),
      );
      listeners.add(() => api.restore());
      await consoleServer.listen(config.portBase + 1);
      door.hand(api.handle);
    },
    plan: async (dir) => applier.plan(await load(dir)),
    async prepareImage(image) {
      await parts.images.resolve(image);
    },
    async apply(input, onProgress) {
      if (applying)
        throw new CutoverError({
          code: 'PLANE_ALREADY_RUNNING',
          message: 'another apply is under way',
          fix: 'wait for it; ./cutover events -f shows how far it is',
        });
      const work = apply(input, onProgress);
      applying = work;
      try {
        return await work;
      } finally {
        applying = null;
      }
    },
    onApplied: (listener) => void listeners.add(listener),
    status,
    signing: () => ({ privateKeyPem: parts.signing.privateKeyPem, signingCertUrl: parts.signing.signingCertUrl }),
    deliveries: () => parts.topics.deliveryReport(),
    fidelity: () => [...(topology?.notes ?? []), ...APPROXIMATIONS],
    close() {
      closing ??= (async () => {
        state = 'stopping';
        shutdown.abort(new Error('the plane is going down'));
        await applying?.catch(() => undefined);
        await closeParts(parts);
      })();
      return closing;
    },
  };
}
