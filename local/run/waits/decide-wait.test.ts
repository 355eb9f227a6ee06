import test from 'ava';
import type { ServiceState, TargetHealth, TargetState } from '../contracts.ts';
import { decideServicesStable, decideTargetInService } from './decide-wait.ts';

const target = (id: string, state: TargetState): TargetHealth => ({
  target: { id, port: 80, endpoint: { host: '127.0.0.1', port: 80 }, zone: 'a', securityGroupIds: [] },
  state,
  reason: state === 'healthy' ? null : 'Elb.RegistrationInProgress',
  description: null,
});

const TARGETS: readonly [string, readonly TargetState[], string][] = [
  ['none', [], 'waiting'],
  ['one that is new', ['initial'], 'waiting'],
  ['all healthy', ['healthy', 'healthy'], 'met'],
  ['one of two', ['healthy', 'unhealthy'], 'waiting'],
  ['an old one still drains', ['healthy', 'draining'], 'waiting'],
  ['a group that no listener forwards to', ['unused'], 'waiting'],
];
for (const [name, states, kind] of TARGETS)
  test(`target-in-service: ${name}`, (t) => {
    t.is(decideTargetInService(states.map((state, at) => target(`i-${at}`, state))).kind, kind as never);
  });

test('what is missing is named', (t) => {
  t.deepEqual(decideTargetInService([target('i-1', 'healthy'), target('i-2', 'initial')]), {
    kind: 'waiting',
    why: '1 of 2 targets not healthy: i-2:80 initial (Elb.RegistrationInProgress)',
  });
});

function service(change: {
  controller?: string;
  status?: string;
  deployments?: number;
  running?: number;
  desired?: number;
}): ServiceState {
  const { controller = 'ECS', status = 'ACTIVE', deployments = 1, running = 2, desired = 2 } = change;
  return {
    definition: { deploymentController: controller },
    status,
    desiredCount: desired,
    runningCount: running,
    deployments: Array.from({ length: deployments }, () => ({})),
  } as unknown as ServiceState;
}

const SERVICES: readonly [string, ServiceState | null, string, RegExp?][] = [
  ['stable', service({}), 'met'],
  ['wants none', service({ running: 0, desired: 0 }), 'met'],
  ['two deployments', service({ deployments: 2 }), 'waiting', /2 deployments/],
  ['too few tasks', service({ running: 1 }), 'waiting', /1 of 2 tasks running/],
  ['missing', null, 'impossible', /MISSING/],
  ['draining', service({ status: 'DRAINING' }), 'impossible', /DRAINING/],
  ['under CodeDeploy', service({ controller: 'CODE_DEPLOY', deployments: 0 }), 'impossible', /task sets/],
];
for (const [name, state, kind, why] of SERVICES)
  test(`services-stable: ${name}`, (t) => {
    const verdict = decideServicesStable([
      { name: 'good', service: service({}) },
      { name: 'one', service: state },
    ]);
    t.is(verdict.kind, kind as never);
    if (why) t.regex(verdict.kind === 'met' ? '' : verdict.why, why);
  });
