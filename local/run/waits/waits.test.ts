import test from 'ava';
import { CutoverError } from '../../errors.ts';
import type { CommandWait } from '../../topology.ts';
import { createManualClock } from '../clock.ts';
import { ApiError, type ServiceState, type TargetHealth, type TargetState } from '../contracts.ts';
import { createCommandWaits, WAIT_LIMIT_MS } from './waits.ts';

const waitFor = (wait: CommandWait['wait'], triggers: unknown = null): CommandWait => ({
  address: 'stack/terraform_data.in-service',
  type: 'terraform_data',
  stack: 'stack',
  dependsOn: [],
  digest: '1',
  ignoreChanges: [],
  attributes: { triggers_replace: triggers },
  tags: {},
  wait,
});
const IN_SERVICE = { kind: 'target-in-service', targetGroupArn: 'arn:tg' } as const;

function start() {
  const clock = createManualClock();
  let states: readonly TargetState[] | null = [];
  let services: readonly ServiceState[] = [];
  const waits = createCommandWaits({
    clock,
    registry: {
      health() {
        if (states === null) throw new ApiError('TargetGroupNotFound', 'none');
        return states.map(
          (state) => ({ target: { id: 'i', port: 1 }, state, reason: null }) as unknown as TargetHealth,
        );
      },
    },
    ecs: { services: () => services },
  });
  return {
    clock,
    put: (next: CommandWait, previous: CommandWait | null = null, signal = new AbortController().signal) =>
      Promise.resolve(waits.handler.put(next, previous, signal)),
    targets: (now: readonly TargetState[] | null) => {
      states = now;
    },
    services: (now: readonly ServiceState[]) => {
      services = now;
    },
  };
}

test('apply goes on when every target is healthy, and not before', async (t) => {
  const { clock, put, targets } = start();
  let done = false;
  targets(null);
  const work = put(waitFor(IN_SERVICE)).then(() => {
    done = true;
  });
  await clock.advance(60_000);
  targets(['initial', 'healthy']);
  await clock.advance(60_000);
  t.false(done);
  targets(['healthy', 'healthy']);
  await clock.advance(1000);
  t.true(done);
  await work;
});

test('after ten minutes of control time it fails, and says what was missing', async (t) => {
  const { clock, put, targets } = start();
  targets(['unhealthy']);
  const failure = t.throwsAsync(put(waitFor(IN_SERVICE)), { instanceOf: CutoverError });
  await clock.advance(WAIT_LIMIT_MS - 1000);
  await clock.advance(1000);
  const error = await failure;
  t.is(error?.code, 'APPLY_FAILED');
  t.regex(error?.message ?? '', /target-in-service \(arn:tg\) ran into its limit.*1 of 1 targets not healthy/s);
});

test('what can never be met fails at once', async (t) => {
  const { put } = start();
  const wait = waitFor({ kind: 'services-stable', clusterName: 'c', serviceNames: ['web'] });
  const error = await t.throwsAsync(put(wait), { instanceOf: CutoverError });
  t.regex(error?.message ?? '', /web: there is no such service/);
});

test('services of another cluster do not count', async (t) => {
  const { put, services } = start();
  const of = (clusterName: string, runningCount: number): ServiceState =>
    ({
      definition: { clusterName, name: 'web', deploymentController: 'ECS' },
      status: 'ACTIVE',
      desiredCount: 1,
      runningCount,
      deployments: [{}],
    }) as unknown as ServiceState;
  services([of('other', 0), of('c', 1)]);
  await put(waitFor({ kind: 'services-stable', clusterName: 'c', serviceNames: ['web'] }));
  t.pass();
});

test('the provisioner runs again only with a new resource', async (t) => {
  const { clock, put, targets } = start();
  targets([]);
  await put(waitFor(IN_SERVICE, { service: 'a' }), waitFor(IN_SERVICE, { service: 'a' }));
  let done = false;
  const again = put(waitFor(IN_SERVICE, { service: 'b' }), waitFor(IN_SERVICE, { service: 'a' })).then(() => {
    done = true;
  });
  await clock.advance(5000);
  t.false(done);
  targets(['healthy']);
  await clock.advance(1000);
  await again;
  t.true(done);
});

test('the plane’s end ends the wait', async (t) => {
  const { clock, put } = start();
  const controller = new AbortController();
  const failure = t.throwsAsync(put(waitFor(IN_SERVICE), null, controller.signal), { message: 'going down' });
  await clock.advance(2000);
  controller.abort(new Error('going down'));
  await failure;
  t.pass();
});
