import test from 'ava';
import { INSTANCE_TYPES } from '../resolve/instance-types.ts';
import { capacityUnits, costOf } from './cost.ts';
import { instancePrice } from './prices.ts';

const usage = {
  hours: 24,
  instanceType: 'm5.large',
  instanceHours: 100,
  peakInstances: 10,
  fargateVcpuHours: 0,
  fargateGibHours: 0,
  loadBalancers: 1,
  capacityUnitHours: 50,
};

test('instances, load balancer and its units, by hand', (t) => {
  const cost = costOf(usage);
  t.true(Math.abs(cost.dollars - (100 * 0.096 + 24 * 0.0225 + 50 * 0.008)) < 1e-9);
  t.true(Math.abs((cost.dollarsWithoutScaling ?? 0) - (cost.dollars + (240 - 100) * 0.096)) < 1e-9);
  t.true(Math.abs(cost.dollarsAMonth - (cost.dollars / 24) * 730) < 1e-9);
});

test('Fargate by vCPU and GiB', (t) => {
  const cost = costOf({
    ...usage,
    instanceType: null,
    instanceHours: 0,
    loadBalancers: 0,
    capacityUnitHours: 0,
    fargateVcpuHours: 10,
    fargateGibHours: 20,
  });
  t.true(Math.abs(cost.dollars - (0.4048 + 0.0889)) < 1e-9);
  t.is(cost.dollarsWithoutScaling, null);
});

test('a given price holds instead of the table’s; a type without one is refused', (t) => {
  t.true(Math.abs((costOf(usage, 1).lines[0]?.dollars ?? 0) - 100) < 1e-9);
  t.throws(() => costOf({ ...usage, instanceType: 'x9.large' }), { message: /no price for x9.large/ });
});

test('every instance type that a stack may name has a price', (t) => {
  t.deepEqual(
    INSTANCE_TYPES.filter((type) => instancePrice(type) === null),
    [],
  );
});

for (const [type, price] of [
  ['t3.micro', 0.0104],
  ['t2.nano', 0.0058],
  ['m5.xlarge', 0.192],
  ['c6g.medium', 0.034],
  ['r5.4xlarge', 1.008],
  ['constructor', null],
] as const)
  test(`an hour of ${type}: ${price}`, (t) => {
    const found = instancePrice(type);
    t.true(price === null ? found === null : Math.abs((found ?? 0) - price) < 1e-9);
  });

test('capacity units: the largest of the dimensions', (t) => {
  t.is(capacityUnits({ newConnectionsPerSecond: 50, activeConnections: 3000, bytesPerSecond: 0 }), 2);
  t.is(capacityUnits({ newConnectionsPerSecond: 0, activeConnections: 9000, bytesPerSecond: 0 }), 3);
  t.is(capacityUnits({ newConnectionsPerSecond: 0, activeConnections: 0, bytesPerSecond: 2 ** 30 / 3600 }), 1);
});
