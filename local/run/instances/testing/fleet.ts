/** Instances with real processes behind a registry that remembers, for tests. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { AutoScalingGroup, StoredObject, TargetGroup } from '../../../topology.ts';
import { type Clock, createClock } from '../../clock.ts';
import type { AddressBook, ProcessRunner, Target, TargetHealth, TargetRegistry, TargetState } from '../../contracts.ts';
import { createEventLog } from '../../events.ts';
import { createLogStore } from '../../logs/logs.ts';
import { DEFAULT_PLACE } from '../../place.ts';
import { createHarness, eventually } from '../../processes/testing/harness.ts';
import { createRandom } from '../../random.ts';
import { createInstances, type InstancesOptions } from '../instances.ts';
import { createObjectStore } from '../objects.ts';

const BASE = { stack: 'stack', dependsOn: [], ignoreChanges: [], tags: {} };

export function groupOf(change: Partial<AutoScalingGroup> = {}): AutoScalingGroup {
  const name = change.name ?? 'web';
  return {
    ...BASE,
    address: `stack/aws_autoscaling_group.${name}`,
    type: 'aws_autoscaling_group',
    digest: name,
    attributes: {},
    arn: `arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/${name}`,
    name,
    minSize: 0,
    maxSize: 4,
    desiredCapacity: 1,
    zones: ['us-east-1a', 'us-east-1b'],
    instanceType: 't3.small',
    cpuUnits: 2048,
    memoryMiB: 2048,
    securityGroupIds: ['sg-1'],
    userData: '',
    clusterName: null,
    ephemeralPortRange: [32_768, 60_999],
    targetGroupArns: [],
    ...change,
  };
}

export const objectOf = (key: string, content: string): StoredObject => ({
  ...BASE,
  address: `stack/aws_s3_object.${key}`,
  type: 'aws_s3_object',
  digest: content,
  attributes: {},
  bucket: 'bucket',
  key,
  sourceFile: null,
  content,
  contentDigest: content,
});

/** User data that keeps a program from the bucket running as the unit `app`. */
export const unitOf = (key: string, settings: readonly string[] = []): string =>
  `#!/bin/bash
mkdir -p /opt/app
aws s3 cp s3://bucket/${key} /opt/app/app.cjs
cat > /etc/systemd/system/app.service <<UNIT
[Service]
Environment=HOST=0.0.0.0 PORT=3000 PLACE=http://lb.elb.amazonaws.com/x
ExecStart=/usr/bin/env node /opt/app/app.cjs
${settings.join('\n')}
UNIT
systemctl enable --now app
`;

export interface FakeRegistry extends TargetRegistry {
  /** `<group> <instance id>:<port> → <host>:<port>`, in order of registration. */
  readonly registered: Map<string, Target>;
  readonly deregistering: Map<string, () => void>;
  set(arn: string, id: string, state: TargetState): void;
}

export function fakeRegistry(): FakeRegistry {
  const registered = new Map<string, Target>();
  const states = new Map<string, TargetState>();
  const deregistering = new Map<string, () => void>();
  const listeners = new Set<(arn: string, health: TargetHealth, previous: TargetState) => void>();
  const keyOf = (arn: string, { id, port }: { id: string; port: number }): string => `${arn} ${id}:${port}`;
  const healthOf = (key: string, target: Target): TargetHealth => ({
    target,
    state: states.get(key) ?? 'initial',
    reason: null,
    description: null,
  });
  return {
    registered,
    deregistering,
    register: (arn, target) => void registered.set(keyOf(arn, target), target),
    deregister(arn, target) {
      const key = keyOf(arn, target);
      return new Promise((resolve) => {
        deregistering.set(key, () => {
          registered.delete(key);
          resolve();
        });
      });
    },
    health: (arn) =>
      [...registered].filter(([key]) => key.startsWith(`${arn} `)).map(([key, one]) => healthOf(key, one)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(arn, id, state) {
      for (const [key, target] of registered) {
        if (!key.startsWith(`${arn} ${id}:`)) continue;
        const previous = states.get(key) ?? 'initial';
        states.set(key, state);
        for (const listener of listeners) listener(arn, healthOf(key, target), previous);
      }
    },
  };
}

export async function startFleet(t: ExecutionContext, change: Partial<InstancesOptions> & { clock?: Clock } = {}) {
  const { runner, stateDir } = await createHarness(t);
  const clock = change.clock ?? createClock(100);
  const events = createEventLog(clock);
  const logs = createLogStore({ clock, dir: join(stateDir, 'logs') });
  const objects = createObjectStore();
  const registry = fakeRegistry();
  let count = 0;
  const instances = createInstances({
    clock,
    random: createRandom('test'),
    events,
    logs,
    objects,
    registry,
    processes: runner as ProcessRunner,
    addresses: {
      instance: () => `127.20.99.${++count}`,
      bindPort: (_host: string, port: number) => port,
      localise: (text: string) => text.replaceAll('lb.elb.amazonaws.com', '127.10.0.1'),
    } as unknown as AddressBook,
    parameters: { get: () => null },
    targetGroup: (arn) => ({ arn, port: 3000 }) as TargetGroup,
    dir: join(stateDir, 'instances'),
    projectDir: stateDir,
    commands: {},
    environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }),
    place: DEFAULT_PLACE,
    ...change,
  });
  t.teardown(async () => {
    await instances.close();
    await logs.close();
  });
  const lines = (name = 'web'): string[] => {
    try {
      return logs.read({ group: `/cutover/instances/${name}` }).map((record) => record.message);
    } catch {
      return [];
    }
  };
  return {
    instances,
    events,
    registry,
    clock,
    stateDir,
    lines,
    put: (group: AutoScalingGroup, previous: AutoScalingGroup | null = null) =>
      Promise.resolve(instances.handler.put(group, previous, new AbortController().signal)),
    object: (key: string, content: string) =>
      objects.handler.put(objectOf(key, content), null, new AbortController().signal),
    /** Resolves with the first line that begins so. */
    async line(beginning: string, skip = 0): Promise<string> {
      const found = (): string[] => lines().filter((one) => one.startsWith(beginning));
      // Several Node processes on a busy machine take their time.
      await eventually(() => found().length > skip, `no line ${beginning}`, 50).catch((error: Error) => {
        throw new Error(`${error.message}: ${lines().join(' | ')}`);
      });
      return found()[skip] ?? '';
    },
    processes: () => instances.all().flatMap((instance) => instance.host?.processes() ?? []),
    codes: () => events.since(0).map((event) => event.code),
  };
}
