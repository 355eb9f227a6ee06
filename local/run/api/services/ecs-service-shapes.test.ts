/** What DescribeServices shows of deployments: the CLI's waiter counts them. */
import test from 'ava';
import * as build from '../testing/builders.ts';
import { serviceShape } from './ecs-service-shapes.ts';

test('a deployment that was replaced completely is gone, so that services-stable sees one', (t) => {
  const [now] = build.serviceState().deployments;
  const deployments = [now!, { ...now!, id: 'ecs-svc/0', status: 'INACTIVE' as const, runningCount: 0 }];
  const shown = (all: typeof deployments) =>
    (serviceShape(build.serviceState({ deployments: all })) as { deployments: { id: string }[] }).deployments;
  t.deepEqual(
    shown(deployments).map(({ id }) => id),
    [now!.id],
  );
  const draining = { ...now!, id: 'ecs-svc/0', status: 'ACTIVE' as const };
  t.is(shown([now!, draining]).length, 2);
});
