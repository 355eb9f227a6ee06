import test from 'ava';
import { COLLECTIONS } from '../../resolve/build.ts';
import type { InertResource, Topology } from '../../topology.ts';
import { createManualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { createApplier, type Handlers } from './apply.ts';
import { changedAttributes, decideChanges, resourcesOf } from './decide-changes.ts';

type Part = {
  address: string;
  dependsOn?: string[];
  digest?: string;
  type?: string;
  attributes?: Record<string, unknown>;
  ignoreChanges?: string[];
};

const resource = (part: Part): InertResource => ({
  id: part.address,
  type: part.type ?? 'aws_vpc',
  stack: 's',
  dependsOn: [],
  digest: JSON.stringify(part.attributes ?? {}),
  ignoreChanges: [],
  attributes: {},
  tags: {},
  ...part,
});

const topologyOf = (...parts: Part[]): Topology => {
  const lists = Object.fromEntries([...COLLECTIONS, 'outputs', 'notes'].map((name) => [name, []]));
  const inert = parts.map(resource);
  return {
    region: 'r',
    accountId: 'a',
    stacks: ['s'],
    ...lists,
    inert,
    order: inert.map((r) => r.address),
  } as unknown as Topology;
};

const events = () => createEventLog(createManualClock());
const never = new AbortController().signal;

test('a first apply creates everything, dependencies first', (t) => {
  const changes = decideChanges(new Map(), topologyOf({ address: 'a' }, { address: 'b', dependsOn: ['a'] }));
  t.deepEqual(
    changes.map((c) => [c.address, c.action]),
    [
      ['a', 'create'],
      ['b', 'create'],
    ],
  );
});

test('an equal topology changes nothing', (t) => {
  const topology = topologyOf({ address: 'a', attributes: { x: 1 } });
  t.deepEqual(decideChanges(resourcesOf(topology), topology), []);
});

test('a changed attribute is an update, and a replacement where the provider forces one', (t) => {
  const before = resourcesOf(
    topologyOf(
      { address: 'tg', type: 'aws_lb_target_group', attributes: { port: 80, slow_start: 0 } },
      { address: 'tg2', type: 'aws_lb_target_group', attributes: { port: 80, slow_start: 0 } },
    ),
  );
  const next = topologyOf(
    { address: 'tg', type: 'aws_lb_target_group', attributes: { port: 81, slow_start: 0 } },
    { address: 'tg2', type: 'aws_lb_target_group', attributes: { port: 80, slow_start: 30 } },
  );
  t.deepEqual(
    decideChanges(before, next).map((c) => [c.address, c.action, c.changed]),
    [
      ['tg', 'replace', ['port']],
      ['tg2', 'update', ['slow_start']],
    ],
  );
});

test('ignore_changes hides a change; all hides every change', (t) => {
  const before = resource({ address: 'p', attributes: { value: 'a', type: 'x' } });
  t.deepEqual(
    changedAttributes(
      before,
      resource({ address: 'p', attributes: { value: 'b', type: 'x' }, ignoreChanges: ['value'] }),
    ),
    [],
  );
  t.deepEqual(
    changedAttributes(
      before,
      resource({ address: 'p', attributes: { value: 'b', type: 'y' }, ignoreChanges: ['value'] }),
    ),
    ['type'],
  );
  t.deepEqual(
    changedAttributes(
      before,
      resource({ address: 'p', attributes: { value: 'b', type: 'y' }, ignoreChanges: ['all'] }),
    ),
    [],
  );
});

test('a digest that moved with no visible attribute is a change of a sensitive one', (t) => {
  const before = resource({ address: 'p', digest: '1' });
  t.deepEqual(changedAttributes(before, resource({ address: 'p', digest: '2' })), ['(sensitive)']);
});

test('what was changed from outside is put back, unless it is ignored', (t) => {
  const topology = topologyOf(
    { address: 'listener', attributes: { default_action: 'blue' } },
    { address: 'rule', attributes: { action: 'blue', priority: 1 }, ignoreChanges: ['action'] },
    { address: 'service', attributes: { desired_count: 1 }, ignoreChanges: ['all'] },
    { address: 'same' },
  );
  const drift = new Map([
    ['listener', ['default_action']],
    ['rule', ['action']],
    ['service', ['desired_count']],
    ['gone', ['x']],
  ]);
  t.deepEqual(decideChanges(resourcesOf(topology), topology, drift), [
    { address: 'listener', type: 'aws_vpc', action: 'update', changed: ['default_action'] },
  ]);
});

test('what something else deleted is made again, whatever is ignored', async (t) => {
  const puts: boolean[] = [];
  let live = true;
  const handlers: Handlers = {
    inert: {
      put: (_next: InertResource, previous: InertResource | null) => puts.push(previous === null),
      remove() {},
      drift: () => (live ? [] : ['(gone)']),
    } as never,
  };
  const applier = createApplier(handlers, events());
  const topology = topologyOf({ address: 'a', ignoreChanges: ['all'] });
  await applier.apply(topology, never);
  live = false;
  t.deepEqual(
    applier.plan(topology).map((c) => [c.address, c.action]),
    [['a', 'create']],
  );
  await applier.apply(topology, never);
  t.deepEqual(puts, [true, true]);
});

test('drift adds to what the configuration changes, and replaces where the provider forces it', (t) => {
  const before = topologyOf({ address: 'tg', type: 'aws_lb_target_group', attributes: { slow_start: 0 } });
  const next = topologyOf({ address: 'tg', type: 'aws_lb_target_group', attributes: { slow_start: 30 } });
  const [change] = decideChanges(resourcesOf(before), next, new Map([['tg', ['port', 'slow_start']]]));
  t.deepEqual([change?.action, change?.changed], ['replace', ['port', 'slow_start']]);
});

test('plan and apply ask handlers for drift; a resource that was put back has none', async (t) => {
  const live = new Map<string, unknown>();
  const handlers: Handlers = {
    inert: {
      put: (next: InertResource, previous: InertResource | null) => {
        live.set(
          next.address,
          next.ignoreChanges.includes('v') && previous ? live.get(next.address) : next.attributes['v'],
        );
      },
      remove() {},
      drift: (applied: InertResource) => (live.get(applied.address) === applied.attributes['v'] ? [] : ['v']),
    } as never,
  };
  const applier = createApplier(handlers, events());
  const topology = topologyOf(
    { address: 'a', attributes: { v: 1 } },
    { address: 'b', attributes: { v: 1 }, ignoreChanges: ['v'] },
  );
  await applier.apply(topology, never);
  t.deepEqual(applier.plan(topology), []);
  live.set('a', 2).set('b', 2);
  t.deepEqual(
    applier.plan(topology).map((c) => [c.address, c.action, c.changed]),
    [['a', 'update', ['v']]],
  );
  const result = await applier.apply(topology, never);
  t.deepEqual(result.problems, []);
  t.deepEqual([...live.values()], [1, 2]);
  t.deepEqual(applier.plan(topology), []);
});

test('a resource that becomes another controller’s is new to it, and removed from the first', async (t) => {
  const log: string[] = [];
  const handler = (name: string) =>
    ({
      put: (next: InertResource, previous: InertResource | null) =>
        log.push(`${name} put ${next.address} ${previous === null}`),
      remove: (previous: InertResource) => log.push(`${name} remove ${previous.address}`),
    }) as never;
  const applier = createApplier({ inert: handler('inert'), commandWaits: handler('waits') }, events());
  const first = topologyOf({ address: 'a', attributes: { v: 1 } });
  const [resource] = first.inert;
  await applier.apply(first, never);
  const second = { ...first, inert: [], commandWaits: [{ ...resource, digest: 'other' }] } as unknown as Topology;
  await applier.apply(second, never);
  await applier.apply(
    {
      ...second,
      commandWaits: [],
      restApis: [],
      restResources: [],
      restMethods: [],
      restIntegrations: [],
      restMethodResponses: [],
      restIntegrationResponses: [],
      restGatewayResponses: [],
      restDeployments: [],
      restStages: [],
      restMethodSettings: [],
      restApiKeys: [],
      restUsagePlans: [],
      restUsagePlanKeys: [],
      order: [],
    },
    never,
  );
  t.deepEqual(log, ['inert put a true', 'waits put a true', 'inert remove a', 'waits remove a']);
});

test('removed resources go last, dependants before what they depend on', (t) => {
  const before = resourcesOf(
    topologyOf({ address: 'a' }, { address: 'b', dependsOn: ['a'] }, { address: 'c', dependsOn: ['b'] }),
  );
  const changes = decideChanges(before, topologyOf({ address: 'n' }));
  t.deepEqual(
    changes.map((c) => `${c.action} ${c.address}`),
    ['create n', 'delete c', 'delete b', 'delete a'],
  );
});

test('a change waits for a changed dependency behind an unchanged resource', async (t) => {
  const done: string[] = [];
  let releaseA = (): void => {};
  const gate = new Promise<void>((resolve) => {
    releaseA = resolve;
  });
  const handlers: Handlers = {
    inert: {
      async put(next: InertResource) {
        if (next.address === 'a' && next.attributes['v'] === 2) await gate;
        done.push(next.address);
      },
      remove() {},
    } as never,
  };
  const applier = createApplier(handlers, events());
  const version = (v: number): Topology =>
    topologyOf(
      { address: 'a', attributes: { v } },
      { address: 'b', dependsOn: ['a'] },
      { address: 'c', dependsOn: ['b'], attributes: { v } },
    );
  await applier.apply(version(1), never);
  done.length = 0;
  const second = applier.apply(version(2), never);
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(done, []);
  releaseA();
  await second;
  t.deepEqual(done, ['a', 'c']);
});

test('a failure stops what depends on it, lets the rest finish, deletes nothing, and is tried again next time', async (t) => {
  const log: string[] = [];
  let broken = true;
  const handlers: Handlers = {
    inert: {
      put(next: InertResource) {
        if (next.address === 'bad' && broken) throw new Error('no');
        log.push(`put ${next.address}`);
      },
      remove(previous: InertResource) {
        log.push(`remove ${previous.address}`);
      },
    } as never,
  };
  const applier = createApplier(handlers, events());
  await applier.apply(topologyOf({ address: 'old' }), never);
  const next = topologyOf({ address: 'bad' }, { address: 'after', dependsOn: ['bad'] }, { address: 'other' });
  const first = await applier.apply(next, never);
  t.deepEqual(log, ['put old', 'put other']);
  t.deepEqual(
    first.problems.map((p) => [p.code, p.address]),
    [['APPLY_FAILED', 'bad']],
  );
  broken = false;
  const second = await applier.apply(next, never);
  t.deepEqual(second.problems, []);
  t.deepEqual(log, ['put old', 'put other', 'put bad', 'put after', 'remove old']);
  t.deepEqual([...applier.applied().keys()].sort(), ['after', 'bad', 'other']);
});

test('an aborted apply begins nothing more', async (t) => {
  const controller = new AbortController();
  const log: string[] = [];
  const handlers: Handlers = {
    inert: {
      put(next: InertResource) {
        log.push(next.address);
        controller.abort(new Error('stopped'));
      },
      remove() {},
    } as never,
  };
  const applier = createApplier(handlers, events());
  const result = await applier.apply(
    topologyOf({ address: 'a' }, { address: 'b', dependsOn: ['a'] }),
    controller.signal,
  );
  t.deepEqual(log, ['a']);
  t.is(result.problems.length, 1);
});
