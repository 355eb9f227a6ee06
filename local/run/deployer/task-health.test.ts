import test from 'ava';
import type { TargetHealth } from '../contracts.ts';
import { healthOf } from './task-health.ts';

const STARTED_MS = 1_000_000;
const target = { id: '127.0.0.2', port: 3000 };
type State = TargetHealth['state'];

/** @param ranMs control time since the start */
function health(state: State, at: { ranMs: number; rate: number; everHealthy?: boolean; graceSeconds?: number }) {
  const task = {
    containers: [],
    definition: { containers: [] } as never,
    everHealthy: at.everHealthy ?? false,
    startedAtMs: STARTED_MS,
    status: 'RUNNING' as const,
    targets: [{ groupArn: 'web', target }],
  };
  const registry = { health: () => [{ target, state }] as unknown as TargetHealth[] };
  return healthOf(task as never, registry, at.graceSeconds ?? 0, { now: () => STARTED_MS + at.ranMs, rate: at.rate });
}

test("the load balancer's verdict counts once the grace period is over", (t) => {
  t.false(health('unhealthy', { ranMs: 30_000, rate: 1, graceSeconds: 30 }).unhealthy);
  t.true(health('unhealthy', { ranMs: 30_001, rate: 1, graceSeconds: 30 }).unhealthy);
  t.true(health('unhealthy', { ranMs: 12_000, rate: 1 }).unhealthy, 'without one at once');
});

test('at a fast clock rate a first start has ten real seconds, whatever the checks say', (t) => {
  t.false(health('unhealthy', { ranMs: 12_000, rate: 10 }).unhealthy, '1.2 s');
  t.false(health('unhealthy', { ranMs: 600_000, rate: 100 }).unhealthy, '6 s');
  t.true(health('unhealthy', { ranMs: 1_000_000, rate: 100 }).unhealthy, '10 s');
});

test('a task that has been healthy is replaced at once at every rate', (t) => {
  t.true(health('unhealthy', { ranMs: 12_000, rate: 100, everHealthy: true }).unhealthy);
  t.true(health('healthy', { ranMs: 12_000, rate: 100 }).healthy);
});
