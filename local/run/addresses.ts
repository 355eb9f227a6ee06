/**
 * Which loopback address stands for what. On Linux every load balancer, instance and awsvpc task has an address of its
 * own and its real ports; what the machine does not allow is mapped, and said (docs/processes.md).
 */
import type { Arn, Listener, LoadBalancer, RestApi } from '../topology.ts';
import { createLocaliser } from './addresses/localise.ts';
import { createApiLocaliser } from './addresses/localise-apis.ts';
import { type AddressPool, createPool, createSharedPool } from './addresses/pool.ts';
import { createLeasedPortMap, createLowPortMap, type PortMap, realPorts } from './addresses/ports.ts';
import { machineProbe, type Probe } from './addresses/probe.ts';
import type { AddressBook, Endpoint } from './contracts.ts';

export const DEFAULT_PORT_BASE = 4566;
const LOOPBACK = '127.0.0.1';
/** Held on `127.40.<block>.1` as long as the plane lives: the sign that its block is taken. */
const CLAIM_PORT = 4565;
const BLOCKS = 256;
const REST_API_PORT = 80;

/** Load balancers have no colon in their names. */
const holderOf = (apiId: string): string => `rest-api:${apiId}`;

export interface AddressBookOptions {
  /** Default 4566. Each port base has a block of addresses of its own, so that planes can run side by side. */
  readonly portBase?: number;
  /** Default: trial binds on this machine. */
  readonly probe?: Probe;
}

export interface PlaneAddressBook extends AddressBook {
  /**
   * Tells which load balancers there are. A name keeps its address as long as it is in the list, also through a
   * replacement of the load balancer; one that is no longer in the list gives its address back. While a change is
   * applied, pass the old ones and the new ones together.
   */
  setLoadBalancers(loadBalancers: readonly LoadBalancer[], listeners: readonly Listener[]): void;
  /** Tells which REST APIs there are, as `setLoadBalancers` does: each has an address of its own, and port 80. */
  setRestApis(apis: readonly RestApi[]): void;
  /** Where a REST API's endpoint is bound. */
  restApi(apiId: string): Endpoint;
  /** A load balancer that no stack has: its name and address stay until it is removed, whatever the stacks have. */
  addLoadBalancer(loadBalancer: LoadBalancer): void;
  removeLoadBalancer(arn: Arn): void;
  /** Gives an instance's address back. */
  releaseInstance(instanceId: string): void;
  /** What was mapped and why, a sentence each; the load balancers' names and addresses. */
  describe(): string[];
  /** Lets go of the block. */
  close(): Promise<void>;
}

interface Pools {
  readonly loadBalancers: AddressPool;
  readonly instances: AddressPool;
  readonly tasks: AddressPool;
}

/** Looks at what the machine allows. @throws CutoverError ADDRESS_UNAVAILABLE where not even ports can be leased */
export async function createAddressBook(options: AddressBookOptions = {}): Promise<PlaneAddressBook> {
  const portBase = options.portBase ?? DEFAULT_PORT_BASE;
  const probe = options.probe ?? machineProbe;
  const { block, release } = await claimBlock(probe, portBase);
  const found = await chooseMode(probe, portBase, block);
  return { ...createBook(portBase, found), close: release };
}

async function claimBlock(probe: Probe, portBase: number): Promise<{ block: number; release: () => Promise<void> }> {
  const preferred = portBase === DEFAULT_PORT_BASE ? 0 : 1 + (portBase % (BLOCKS - 1));
  for (let step = 0; step < BLOCKS; step++) {
    const block = (preferred + step) % BLOCKS;
    if (block === 0 && portBase !== DEFAULT_PORT_BASE) continue;
    const held = await probe.hold(`127.40.${block}.1`, CLAIM_PORT);
    if (held) return { block, release: () => held.release() };
    if ((await probe.canBind(`127.40.${block}.1`, 0)) === 'unavailable') break; // no such addresses here: no blocks
  }
  return { block: preferred, release: async () => {} };
}

interface Mode {
  readonly mode: AddressBook['mode'];
  readonly reason: string | null;
  readonly pools: Pools;
  readonly ports: PortMap;
}

async function chooseMode(probe: Probe, portBase: number, block: number): Promise<Mode> {
  const first = `127.10.${block}.1`;
  const result = await probe.canBind(first, 80);
  if (result === 'unavailable') {
    const shared = (): AddressPool => createSharedPool(LOOPBACK);
    return {
      mode: 'mapped',
      reason: `this machine has no ${first}, only ${LOOPBACK}: each port is leased from ${portBase + 10} to ${portBase + 989}`,
      pools: { loadBalancers: shared(), instances: shared(), tasks: shared() },
      ports: await createLeasedPortMap(probe, LOOPBACK, portBase),
    };
  }
  const pools = {
    loadBalancers: createPool({ what: 'load balancer', secondOctet: 10, block, reuse: 'lowest' }),
    instances: createPool({ what: 'instance', secondOctet: 20, block, reuse: 'oldest' }),
    tasks: createPool({ what: 'task', secondOctet: 30, block, reuse: 'oldest' }),
  };
  if (result === 'free') return { mode: 'loopback', reason: null, pools, ports: realPorts };
  const why =
    result === 'denied' ? 'this user may not bind ports below 1024' : 'another program has port 80 on all addresses';
  return { mode: 'mapped', reason: `${why}: they are bound as 10000 + port`, pools, ports: createLowPortMap() };
}

function createBook(portBase: number, { mode, reason, pools, ports }: Mode): Omit<PlaneAddressBook, 'close'> {
  const nameOf = new Map<Arn, string>();
  const dnsNames = new Map<string, string>();
  const own = new Map<Arn, LoadBalancer>();
  let stacks: { loadBalancers: readonly LoadBalancer[]; listeners: readonly Listener[] } = {
    loadBalancers: [],
    listeners: [],
  };
  let restApis: readonly RestApi[] = [];
  let localise = createLocaliser([], unreachable);

  const endpointOf = (name: string, port: number): Endpoint => {
    const host = pools.loadBalancers.lease(name);
    return { host, port: ports.fixed(name, host, port) };
  };
  const restApiEndpoint = (apiId: string): Endpoint => endpointOf(holderOf(apiId), REST_API_PORT);
  const need = (arn: Arn): string => {
    const name = nameOf.get(arn);
    if (name === undefined) throw new Error(`the address book does not know the load balancer ${arn}`);
    return name;
  };

  function refresh(): void {
    const loadBalancers = [...own.values(), ...stacks.loadBalancers];
    const names = new Set([...loadBalancers.map((lb) => lb.name), ...restApis.map(({ id }) => holderOf(id))]);
    for (const name of [...pools.loadBalancers.holders().keys()]) {
      if (names.has(name)) continue;
      pools.loadBalancers.release(name);
      ports.forget(name);
    }
    nameOf.clear();
    dnsNames.clear();
    for (const lb of loadBalancers) {
      pools.loadBalancers.lease(lb.name);
      nameOf.set(lb.arn, lb.name);
      for (const name of [lb.dnsName, ...(lb.aliases ?? [])]) dnsNames.set(name, lb.name);
    }
    for (const { loadBalancerArn, port } of stacks.listeners) {
      const name = nameOf.get(loadBalancerArn);
      if (name !== undefined) endpointOf(name, port);
    }
    const ofBalancers = createLocaliser([...dnsNames.keys()], (dns, port) =>
      endpointOf(dnsNames.get(dns) ?? dns, port),
    );
    const ofApis = createApiLocaliser(new Map(restApis.map(({ id, host }) => [host, () => restApiEndpoint(id)])));
    localise = (text) => ofApis(ofBalancers(text));
  }

  return {
    mode,
    awsEndpoint: `http://${LOOPBACK}:${portBase}`,
    consoleEndpoint: `http://${LOOPBACK}:${portBase + 1}`,
    setLoadBalancers(loadBalancers, listeners) {
      stacks = { loadBalancers, listeners };
      refresh();
    },
    setRestApis(apis) {
      restApis = apis;
      refresh();
      for (const { id } of apis) restApiEndpoint(id);
    },
    restApi: restApiEndpoint,
    addLoadBalancer(loadBalancer) {
      own.set(loadBalancer.arn, loadBalancer);
      refresh();
    },
    removeLoadBalancer(arn) {
      if (own.delete(arn)) refresh();
    },
    listener: (arn, port) => endpointOf(need(arn), port),
    loadBalancerHost: (arn) => pools.loadBalancers.lease(need(arn)),
    instance: (id) => pools.instances.lease(id),
    releaseInstance: (id) => pools.instances.release(id),
    leaseTask: (id) => pools.tasks.lease(id),
    releaseTask: (id) => pools.tasks.release(id),
    bindPort: (host, port) => ports.bind(host, port),
    localise: (text) => localise(text),
    describe: () => [
      ...(reason === null ? [] : [reason]),
      ...[...dnsNames].map(([dns, name]) => `${dns} is ${pools.loadBalancers.lease(name)}`),
      ...restApis.map(({ id, host }) => `${host} is ${pools.loadBalancers.lease(holderOf(id))}`),
      ...ports.describe(),
    ],
  };
}

function unreachable(): never {
  throw new Error('no load balancer is known');
}
