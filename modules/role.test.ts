import test from 'ava';
import { EcsCluster } from './ecs-cluster.ts';
import { Role } from './role.ts';
import { type Json, synth } from './testing/synth.ts';

const PROPS = { name: 'r', description: 'd', servicePrincipal: 'ecs-tasks.amazonaws.com' };

test('a role that may do nothing has no policy', (t) => {
  const out = synth((stack) => new Role(stack, 'r', PROPS));
  t.deepEqual(out.all('aws_iam_role_policy'), []);
  t.deepEqual(out.all('aws_iam_role_policy_attachment'), []);
});

test("AWS's own policies are attached by ARN", (t) => {
  const out = synth((stack) => new Role(stack, 'r', { ...PROPS, managedPolicyArns: ['arn:a', 'arn:b'] }));
  t.deepEqual(
    out.all('aws_iam_role_policy_attachment').map((attachment: Json) => attachment.policy_arn),
    ['arn:a', 'arn:b'],
  );
});

test('whoever shares a role adds to it under a name of its own', (t) => {
  const out = synth((stack) => {
    const role = new Role(stack, 'r', PROPS);
    role.allow('a', [{ actions: ['sns:Publish'], resources: ['arn:t'] }]);
    role.allow('b', [{ actions: ['sns:Publish'], resources: ['arn:u'] }]);
  });
  t.deepEqual(
    out.all('aws_iam_role_policy').map((policy: Json) => policy.name),
    ['a', 'b'],
  );
});

test("ECS's service-linked role only where it is asked for, and before the cluster", (t) => {
  const cluster = (serviceLinkedRole?: boolean) =>
    synth((stack) => new EcsCluster(stack, 'c', { name: 'c', ...(serviceLinkedRole ? { serviceLinkedRole } : {}) }));
  t.deepEqual(cluster().all('aws_iam_service_linked_role'), []);
  t.is(cluster(true).one('aws_iam_service_linked_role').aws_service_name, 'ecs.amazonaws.com');
  t.regex(cluster(true).one('aws_ecs_cluster').depends_on.join(), /^aws_iam_service_linked_role\./);
});
