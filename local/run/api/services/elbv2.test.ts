/** The SDK's ELBv2 client against the endpoint. */
import * as elbClient from '@aws-sdk/client-elastic-load-balancing-v2';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const elb = new elbClient.ElasticLoadBalancingV2Client(config);

test('ELBv2: load balancers, rules and target health', async (t) => {
  const { LoadBalancers } = await elb.send(new elbClient.DescribeLoadBalancersCommand({ Names: ['shop'] }));
  t.like(LoadBalancers?.[0], { LoadBalancerName: 'shop', Scheme: 'internet-facing', State: { Code: 'active' } });
  const { Listeners } = await elb.send(
    new elbClient.DescribeListenersCommand({ LoadBalancerArn: build.loadBalancer.arn }),
  );
  t.is(Listeners?.[0]?.DefaultActions?.[0]?.FixedResponseConfig?.MessageBody, '<none> & more');
  const { Rules } = await elb.send(new elbClient.DescribeRulesCommand({ ListenerArn: build.listener.arn }));
  t.deepEqual(
    Rules?.map((rule) => [rule.Priority, rule.IsDefault]),
    [
      ['10', false],
      ['default', true],
    ],
  );
  t.is(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.Weight, 1);
  const { TargetGroups } = await elb.send(
    new elbClient.DescribeTargetGroupsCommand({ LoadBalancerArn: build.loadBalancer.arn }),
  );
  t.deepEqual(TargetGroups?.[0]?.LoadBalancerArns, [build.loadBalancer.arn]);
  const health = await elb.send(new elbClient.DescribeTargetHealthCommand({ TargetGroupArn: build.targetGroup.arn }));
  t.like(health.TargetHealthDescriptions?.[0], {
    Target: { Id: 'i-1', Port: 32769 },
    TargetHealth: { State: 'unhealthy', Reason: 'Target.ResponseCodeMismatch' },
  });
  const { Attributes } = await elb.send(
    new elbClient.DescribeTargetGroupAttributesCommand({ TargetGroupArn: build.targetGroup.arn }),
  );
  t.is(Attributes?.find((one) => one.Key === 'deregistration_delay.timeout_seconds')?.Value, '300');
  const { TagDescriptions } = await elb.send(
    new elbClient.DescribeTagsCommand({ ResourceArns: [build.loadBalancer.arn] }),
  );
  t.deepEqual(TagDescriptions?.[0]?.Tags, [{ Key: 'Name', Value: 'shop' }]);
  await t.throwsAsync(elb.send(new elbClient.DescribeLoadBalancersCommand({ Names: ['none'] })), {
    name: 'LoadBalancerNotFoundException',
  });
  await t.throwsAsync(elb.send(new elbClient.DescribeSSLPoliciesCommand({})), { name: 'InvalidAction' });
});
