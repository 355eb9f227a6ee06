/**
 * What stands in production beside tasks and instances, with its price: us-east-1, US dollars, on the date of the price
 * table. docs/production.md is generated from it.
 */
import { FARGATE, instancePrice, LOAD_BALANCER } from './prices.ts';

export interface PricedItem {
  readonly item: string;
  readonly dollars: number;
  /** What the dollars are for. */
  readonly unit: 'hour' | 'month' | 'million requests' | 'GB' | 'GB-month';
  /** Setting or stack that makes it. */
  readonly madeBy: string;
}

const HOURS_A_MONTH = 730;
const TASK = { vcpu: 0.25, gib: 0.5 } as const;

export const PRODUCTION_PRICES: readonly PricedItem[] = [
  { item: 'load balancer', dollars: LOAD_BALANCER.hour, unit: 'hour', madeBy: 'one a front' },
  { item: 'its capacity unit', dollars: LOAD_BALANCER.unitHour, unit: 'hour', madeBy: 'traffic' },
  { item: 'NAT gateway', dollars: 0.045, unit: 'hour', madeBy: 'egress: nat one, nat-per-zone one a zone' },
  { item: 'through a NAT gateway', dollars: 0.045, unit: 'GB', madeBy: 'traffic' },
  { item: 'instance t3.small', dollars: instancePrice('t3.small') ?? Number.NaN, unit: 'hour', madeBy: 'instances' },
  {
    item: 'Fargate task of 0.25 vCPU, 0.5 GiB',
    dollars: TASK.vcpu * FARGATE.vcpuHour + TASK.gib * FARGATE.gibHour,
    unit: 'hour',
    madeBy: 'desiredCounts, scaling',
  },
  { item: 'web ACL', dollars: 5, unit: 'month', madeBy: 'made elsewhere' },
  { item: 'its rule', dollars: 1, unit: 'month', madeBy: 'made elsewhere' },
  { item: 'requests through it', dollars: 0.6, unit: 'million requests', madeBy: 'webAclArn' },
  { item: 'access logs in S3', dollars: 0.023, unit: 'GB-month', madeBy: 'accessLogDays' },
  { item: 'alarm', dollars: 0.1, unit: 'month', madeBy: 'alarms' },
  { item: 'dashboard', dollars: 3, unit: 'month', madeBy: 'dashboard' },
  { item: 'API Gateway REST', dollars: 3.5, unit: 'million requests', madeBy: 'restApi' },
];

/** Dollars of one in a month that it is there throughout; null where they depend on use. */
export function monthly({ dollars, unit }: PricedItem): number | null {
  if (unit === 'hour') return dollars * HOURS_A_MONTH;
  return unit === 'month' ? dollars : null;
}
