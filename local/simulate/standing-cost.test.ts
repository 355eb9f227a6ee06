import test from 'ava';
import { rawOf, type Stack, soundStack, the } from '../check/testing/system.ts';
import { examine } from '../resolve/index.ts';
import { PRICES } from './production-prices.ts';
import { standingCost } from './standing-cost.ts';

function costOf(change: (stack: Stack) => void = () => undefined) {
  const stack = soundStack();
  change(stack);
  const { topology, blocks } = examine(rawOf(stack), {
    allow: ['aws_nat_gateway', 'aws_eip', 'aws_cloudwatch_dashboard'],
  });
  const cost = standingCost(topology, blocks);
  const of = (item: RegExp) => cost.lines.find((line) => item.test(line.item));
  return { ...cost, of };
}

const HOURS = 730;

test('what stands is counted: load balancers and their addresses, instances and their volumes, tasks by their size', (t) => {
  const { lines, dollarsAMonth, of, unpriced } = costOf((s) => {
    Object.assign(the(s, 'aws_launch_template', 't'), {
      instance_type: 't3.small',
      block_device_mappings: [{ device_name: '/dev/xvda', ebs: { volume_size: 30 } }],
    });
    Object.assign(the(s, 'aws_autoscaling_group', 'g'), { min_size: 2, desired_capacity: 2, max_size: 4 });
  });
  t.is(of(/^load balancers/)?.count, 1);
  t.is(of(/^load balancers/)?.dollarsAMonth, PRICES.loadBalancer.dollars * HOURS);
  t.is(of(/^public IPv4/)?.count, 2);
  t.deepEqual([of(/^instances t3.small/)?.count, of(/^GiB of volumes/)?.count], [2, 60]);
  t.true(Math.abs((of(/^GiB/)?.dollarsAMonth ?? 0) - 60 * 0.08) < 1e-9);
  t.true((of(/^Fargate tasks/)?.count ?? 0) > 0);
  t.deepEqual(unpriced, []);
  t.true(Math.abs(lines.reduce((sum, line) => sum + line.dollarsAMonth, 0) - dollarsAMonth) < 1e-9);
});

test('NAT gateways, dashboards, alarms and those of target tracking, public tasks', (t) => {
  const before = costOf();
  const after = costOf((s) => {
    s['aws_eip'] = { a: { domain: 'vpc' }, b: { domain: 'vpc' } };
    s['aws_nat_gateway'] = { a: { allocation_id: '${aws_eip.a.id}' }, b: { allocation_id: '${aws_eip.b.id}' } };
    s['aws_cloudwatch_dashboard'] = { d: { dashboard_name: 'd', dashboard_body: '{}' } };
    const api = the(s, 'aws_ecs_service', 'api');
    api['network_configuration'] = { ...(api['network_configuration'] as object), assign_public_ip: true };
  });
  const tasks = 2 + 2;
  t.is(after.of(/^NAT/)?.count, 2);
  t.is(before.of(/^NAT/), undefined);
  t.is(after.of(/^dashboards/)?.dollarsAMonth, 3);
  t.is((after.of(/^public/)?.count ?? 0) - (before.of(/^public/)?.count ?? 0), tasks);
  t.true((before.of(/^alarms/)?.count ?? 0) >= 2);
});

test('an instance type without a price is named, and none is made up', (t) => {
  const { unpriced, of } = costOf((s) => {
    the(s, 'aws_launch_template', 't')['instance_type'] = 'm5dn.large';
    Object.assign(the(s, 'aws_autoscaling_group', 'g'), { min_size: 1, desired_capacity: 1 });
  });
  t.deepEqual(unpriced, ['m5dn.large']);
  t.is(of(/^instances m5dn/)?.dollarsAMonth, 0);
});
