/**
 * What stands in production, with its price: us-east-1, US dollars, on the date of the price table. docs/production.md is
 * generated from it.
 */
import { FARGATE, instancePrice, LOAD_BALANCER } from './prices.ts';

export interface PricedItem {
  readonly item: string;
  readonly dollars: number;
  /** What the dollars are for. */
  readonly unit: 'hour' | 'month' | 'million requests' | 'GB' | 'GB-month';
  /** Setting or stack that makes it. */
  readonly madeBy: string;
  /** Where the price was read a second time, beside AWS's own page, with its date where it has one; null where nobody could. */
  readonly checkedAt: string | null;
}

export const HOURS_A_MONTH = 730;
const TASK = { vcpu: 0.25, gib: 0.5 } as const;

const ELB_PAGE = 'prices quoted from aws.amazon.com/elasticloadbalancing/pricing (api-evangelist on GitHub)';
const NAT_PAGE = 'cloudburn.io/blog/aws-nat-gateway-pricing';
const FARGATE_PAGE = 'vantage.sh/blog/fargate-pricing';
const WAF_PAGE = 'c3x.dev/blog/aws-waf-cost-explained';
const ALARM_PAGE = 'c3x.dev/resources/aws/aws_cloudwatch_metric_alarm';
const DASHBOARD_PAGE = 'factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards';
const IPV4_PAGE = 'doit.com/aws-public-ipv4-price-increase-the-complete-guide';
const REST_PAGE = 'AWS whitepaper best-practices-api-gateway-private-apis-integration';
const INSTANCE_PAGE = 'instances.vantage.sh, as a table on GitHub quotes it on 2026-07-28';
const VOLUME_PAGE = 'aws/agent-toolkit-for-aws on GitHub, ebs-optimization.md: early 2026';
/** AWS's page fills its table by script: nobody who keeps a copy of it has the number. */
const S3_PAGE = 'devnotes.tech/understanding-aws-s3-pricing; a gist of the table, 2022-07-07';

/** By name, for who counts how many of each there are. */
export const PRICES = {
  loadBalancer: {
    item: 'load balancer',
    dollars: LOAD_BALANCER.hour,
    unit: 'hour',
    madeBy: 'one a front',
    checkedAt: ELB_PAGE,
  },
  capacityUnit: {
    item: 'its capacity unit',
    dollars: LOAD_BALANCER.unitHour,
    unit: 'hour',
    madeBy: 'traffic',
    checkedAt: ELB_PAGE,
  },
  publicAddress: {
    item: 'public IPv4 address',
    dollars: 0.005,
    unit: 'hour',
    madeBy: 'one a zone of each load balancer, one a NAT gateway; without NAT one a task and instance',
    checkedAt: IPV4_PAGE,
  },
  natGateway: {
    item: 'NAT gateway',
    dollars: 0.045,
    unit: 'hour',
    madeBy: 'egress: nat one, nat-per-zone one a zone',
    checkedAt: NAT_PAGE,
  },
  natTraffic: { item: 'through a NAT gateway', dollars: 0.045, unit: 'GB', madeBy: 'traffic', checkedAt: NAT_PAGE },
  instance: {
    item: 'instance t3.small',
    dollars: instancePrice('t3.small') ?? Number.NaN,
    unit: 'hour',
    madeBy: 'instances',
    checkedAt: INSTANCE_PAGE,
  },
  volume: {
    item: 'volume gp3',
    dollars: 0.08,
    unit: 'GB-month',
    madeBy: 'instances, 30 GiB each',
    checkedAt: VOLUME_PAGE,
  },
  task: {
    item: 'Fargate task of 0.25 vCPU, 0.5 GiB',
    dollars: TASK.vcpu * FARGATE.vcpuHour + TASK.gib * FARGATE.gibHour,
    unit: 'hour',
    madeBy: 'desiredCounts, scaling',
    checkedAt: FARGATE_PAGE,
  },
  webAcl: { item: 'web ACL', dollars: 5, unit: 'month', madeBy: 'made elsewhere', checkedAt: WAF_PAGE },
  webRule: { item: 'its rule', dollars: 1, unit: 'month', madeBy: 'made elsewhere', checkedAt: WAF_PAGE },
  webRequests: {
    item: 'requests through it',
    dollars: 0.6,
    unit: 'million requests',
    madeBy: 'webAclArn',
    checkedAt: WAF_PAGE,
  },
  accessLogs: {
    item: 'access logs in S3',
    dollars: 0.023,
    unit: 'GB-month',
    madeBy: 'accessLogDays',
    checkedAt: S3_PAGE,
  },
  alarm: {
    item: 'alarm',
    dollars: 0.1,
    unit: 'month',
    madeBy: 'alarms; blue/green; two that AWS makes of each target tracking',
    checkedAt: ALARM_PAGE,
  },
  dashboard: { item: 'dashboard', dollars: 3, unit: 'month', madeBy: 'dashboard', checkedAt: DASHBOARD_PAGE },
  restRequests: {
    item: 'API Gateway REST',
    dollars: 3.5,
    unit: 'million requests',
    madeBy: 'restApi',
    checkedAt: REST_PAGE,
  },
} as const satisfies Readonly<Record<string, PricedItem>>;

export const PRODUCTION_PRICES: readonly PricedItem[] = Object.values(PRICES);

/** Dollars of one in a month that it is there throughout; null where they depend on use. */
export function monthly({ dollars, unit }: PricedItem): number | null {
  if (unit === 'hour') return dollars * HOURS_A_MONTH;
  return unit === 'month' ? dollars : null;
}
