/**
 * Prices, as data with a date: on-demand, Linux, us-east-1, US dollars an hour. Sources: the pricing pages of Amazon EC2,
 * AWS Fargate and Elastic Load Balancing. They change: an estimate names this date, and a price may be given instead.
 */
export const PRICES_AS_OF = '2026-03';
export const PRICES_SOURCE =
  'aws.amazon.com/ec2/pricing/on-demand, /fargate/pricing, /elasticloadbalancing/pricing (us-east-1, Linux, on-demand)';

/** An hour of the family's `large`; sizes of a family cost in proportion. */
const LARGE: Readonly<Record<string, number>> = {
  t2: 0.0928,
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
  m5: 0.096,
  m5a: 0.086,
  m6i: 0.096,
  m6a: 0.0864,
  m6g: 0.077,
  m7i: 0.1008,
  m7a: 0.11592,
  m7g: 0.0816,
  m8g: 0.08976,
  c5: 0.085,
  c5a: 0.077,
  c6i: 0.085,
  c6a: 0.0765,
  c6g: 0.068,
  c7i: 0.08925,
  c7a: 0.10264,
  c7g: 0.0725,
  c8g: 0.07976,
  r5: 0.126,
  r5a: 0.113,
  r6i: 0.126,
  r6a: 0.1134,
  r6g: 0.1008,
  r7i: 0.1323,
  r7a: 0.15215,
  r7g: 0.1071,
  r8g: 0.11782,
};

const OF_LARGE: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
  '4xlarge': 8,
  '8xlarge': 16,
  '9xlarge': 18,
  '12xlarge': 24,
  '16xlarge': 32,
  '18xlarge': 36,
  '24xlarge': 48,
};

/** Dollars an hour of one instance; null where the table has no price for the type. */
export function instancePrice(type: string): number | null {
  const [family = '', size = ''] = type.split('.', 2);
  const large = Object.hasOwn(LARGE, family) ? LARGE[family] : undefined;
  const share = Object.hasOwn(OF_LARGE, size) ? OF_LARGE[size] : undefined;
  return large === undefined || share === undefined ? null : large * share;
}

/** Fargate, Linux/x86: by the second, a minute at least. */
export const FARGATE = { vcpuHour: 0.04048, gibHour: 0.004445, leastSeconds: 60 } as const;

/** An Application Load Balancer and its capacity units. One unit is the largest of the four. */
export const LOAD_BALANCER = {
  hour: 0.0225,
  unitHour: 0.008,
  unit: { newConnectionsPerSecond: 25, activeConnections: 3000, gibPerHour: 1, ruleEvaluationsPerSecond: 1000 },
  /** Rules of each request that are not counted. */
  freeRules: 10,
} as const;

/** EC2 bills an instance by the second, a minute at least. */
export const INSTANCE_LEAST_SECONDS = 60;
