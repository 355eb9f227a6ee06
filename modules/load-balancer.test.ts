import test from 'ava';
import { PathRule } from './path-rule.ts';
import { PublicLoadBalancer } from './public-load-balancer.ts';
import { TargetGroup } from './target-group.ts';
import { refuses, synth } from './testing/synth.ts';

const BALANCER = { name: 'interstella', subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] };
const GROUP = { name: 'interstella-monolith', vpcId: 'vpc-1', port: 5000, targetType: 'instance' } as const;

test('the listener forwards what no rule matches to the default target group', (t) => {
  const out = synth((stack) => {
    const group = new TargetGroup(stack, 'group', GROUP);
    new PublicLoadBalancer(stack, 'lb', { ...BALANCER, defaultAction: { forwardTo: group.arn } });
  });
  t.like(out.one('aws_lb'), { name: 'interstella', internal: false, load_balancer_type: 'application' });
  const listener = out.one('aws_lb_listener');
  t.like(listener, { port: 80, protocol: 'HTTP' });
  t.regex(listener.default_action[0].target_group_arn, /aws_lb_target_group\.group_/);
});

test('a fixed answer can stand in for a default target group', (t) => {
  const out = synth((stack) => {
    const defaultAction = { statusCode: 404, contentType: 'application/json', body: '{}' } as const;
    new PublicLoadBalancer(stack, 'lb', { ...BALANCER, defaultAction });
  });
  t.deepEqual(out.one('aws_lb_listener').default_action[0].fixed_response, {
    content_type: 'application/json',
    message_body: '{}',
    status_code: '404',
  });
});

test('health checks follow the port of the target', (t) => {
  const out = synth((stack) => new TargetGroup(stack, 'group', { ...GROUP, healthPath: '/iridium/' }));
  t.like(out.one('aws_lb_target_group'), { port: 5000, target_type: 'instance', deregistration_delay: '20' });
  t.like(out.one('aws_lb_target_group').health_check, {
    path: '/iridium/',
    port: 'traffic-port',
    interval: 6,
    timeout: 5,
  });
});

test('a rule forwards by path', (t) => {
  const out = synth((stack) => {
    const pathPatterns = ['/iridium*'];
    new PathRule(stack, 'rule', { listenerArn: 'l', priority: 1, pathPatterns, targetGroupArn: 'tg' });
  });
  const rule = out.one('aws_lb_listener_rule');
  t.is(rule.priority, 1);
  t.deepEqual(rule.condition, [{ path_pattern: { values: ['/iridium*'] } }]);
  t.deepEqual(rule.action, [{ target_group_arn: 'tg', type: 'forward' }]);
});

test('every bad prop of a target group is told at once', (t) => {
  refuses(t, ['deregistrationDelaySeconds', 'healthTimeoutSeconds', 'healthyThreshold', 'name'], (stack) => {
    new TargetGroup(stack, 'group', {
      ...GROUP,
      name: '-bad-',
      healthIntervalSeconds: 5,
      healthTimeoutSeconds: 5,
      healthyThreshold: 1,
      deregistrationDelaySeconds: 3601,
    });
  });
});

test('load balancers need two zones, rules one to five patterns and a priority', (t) => {
  refuses(t, ['subnetIds'], (stack) => {
    new PublicLoadBalancer(stack, 'lb', { ...BALANCER, subnetIds: ['subnet-1'], defaultAction: { forwardTo: 'tg' } });
  });
  refuses(t, ['pathPatterns', 'priority'], (stack) => {
    new PathRule(stack, 'rule', { listenerArn: 'l', priority: 0, pathPatterns: [], targetGroupArn: 'tg' });
  });
  refuses(t, ['pathPatterns'], (stack) => {
    new PathRule(stack, 'rule', { listenerArn: 'l', priority: 1, pathPatterns: ['no slash'], targetGroupArn: 'tg' });
  });
});
