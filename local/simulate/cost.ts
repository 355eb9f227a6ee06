/** What a run would have cost, from hours of use and the dated price table. Pure. */
import { CutoverError } from '../errors.ts';
import { FARGATE, instancePrice, LOAD_BALANCER, PRICES_AS_OF, PRICES_SOURCE } from './prices.ts';

export interface Usage {
  readonly hours: number;
  readonly instanceType: string | null;
  readonly instanceHours: number;
  readonly peakInstances: number;
  readonly fargateVcpuHours: number;
  readonly fargateGibHours: number;
  readonly loadBalancers: number;
  /** Load balancer capacity unit hours. */
  readonly capacityUnitHours: number;
}

export interface CostLine {
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unitPrice: number;
  readonly dollars: number;
}

export interface Cost {
  readonly lines: readonly CostLine[];
  readonly dollars: number;
  /** At this rate, 730 hours. */
  readonly dollarsAMonth: number;
  /** The same hours with the largest number of instances throughout; null without instances. */
  readonly dollarsWithoutScaling: number | null;
  readonly pricesAsOf: string;
  readonly source: string;
  /** What is not in it. */
  readonly leftOut: string;
}

const HOURS_A_MONTH = 730;

/** @param price dollars an hour of one instance, instead of the table's @throws CutoverError BAD_FLAG where neither is there */
export function costOf(usage: Usage, price: number | null = null): Cost {
  const lines: CostLine[] = [];
  const add = (item: string, quantity: number, unit: string, unitPrice: number): void => {
    if (quantity > 0) lines.push({ item, quantity, unit, unitPrice, dollars: quantity * unitPrice });
  };
  const instance = usage.instanceType === null ? null : (price ?? instancePrice(usage.instanceType));
  if (usage.instanceType !== null) {
    if (instance === null)
      throw new CutoverError({
        code: 'BAD_FLAG',
        address: '--instance-price',
        message: `there is no price for ${usage.instanceType} in the table of ${PRICES_AS_OF}`,
        value: usage.instanceType,
        rule: 'a type of local/simulate/prices.ts, or a price',
        fix: 'give its price an hour',
      });
    add(`EC2 ${usage.instanceType}`, usage.instanceHours, 'instance-hours', instance);
  }
  add('Fargate vCPU', usage.fargateVcpuHours, 'vCPU-hours', FARGATE.vcpuHour);
  add('Fargate memory', usage.fargateGibHours, 'GiB-hours', FARGATE.gibHour);
  add('load balancers', usage.loadBalancers * usage.hours, 'hours', LOAD_BALANCER.hour);
  add('load balancer capacity', usage.capacityUnitHours, 'LCU-hours', LOAD_BALANCER.unitHour);
  const dollars = lines.reduce((sum, line) => sum + line.dollars, 0);
  const saved = instance === null ? 0 : (usage.peakInstances * usage.hours - usage.instanceHours) * instance;
  return {
    lines,
    dollars,
    dollarsAMonth: (dollars / usage.hours) * HOURS_A_MONTH,
    dollarsWithoutScaling: instance === null ? null : dollars + saved,
    pricesAsOf: PRICES_AS_OF,
    source: PRICES_SOURCE,
    leftOut: 'volumes, data transfer, NAT, logs, taxes, discounts',
  };
}

/** Capacity units in a minute: the largest of the four dimensions (Elastic Load Balancing pricing). */
export function capacityUnits(traffic: {
  readonly newConnectionsPerSecond: number;
  readonly activeConnections: number;
  readonly bytesPerSecond: number;
}): number {
  const { unit } = LOAD_BALANCER;
  return Math.max(
    traffic.newConnectionsPerSecond / unit.newConnectionsPerSecond,
    traffic.activeConnections / unit.activeConnections,
    (traffic.bytesPerSecond * 3600) / 2 ** 30 / unit.gibPerHour,
  );
}
