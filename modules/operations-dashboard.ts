import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';
import { serviceDimensions, type WatchedServices } from './watched-services.ts';

export interface OperationsDashboardProps extends WatchedServices {
  /** 1–255 letters, digits, hyphens, underscores. */
  readonly name: string;
  readonly region: string;
}

/** Namespace, metric, dimensions in pairs, and how it is shown (CloudWatch CloudWatch-Dashboard-Body-Structure). */
type Line = readonly [string, string, ...(string | Readonly<Record<string, string>>)[]];

/** The grid is 24 wide: two graphs in a row. */
const WIDTH = 12;
const HEIGHT = 6;
const PERIOD_SECONDS = 60;

/** Requests, errors and response times of a load balancer, and its services' targets, CPU and memory. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, props: OperationsDashboardProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^[\w-]{1,255}$/,
        rule: '1–255 letters, digits, hyphens and underscores (CloudWatch PutDashboard)',
      })
      .done();
    const widgets = graphs(props).map(([title, lines], index) => ({
      type: 'metric',
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: { title, region: props.region, view: 'timeSeries', period: PERIOD_SECONDS, metrics: lines },
    }));
    new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: props.name,
      dashboardBody: JSON.stringify({ widgets }),
    });
  }
}

function graphs({ loadBalancerArnSuffix, services }: WatchedServices): [string, Line[]][] {
  const balancer = (metric: string, stat: string, label: string, more: readonly string[] = []): Line => [
    'AWS/ApplicationELB',
    metric,
    'LoadBalancer',
    loadBalancerArnSuffix,
    ...more,
    { stat, label },
  ];
  const each = (metric: string): Line[] =>
    services.map((service) => [
      'AWS/ECS',
      metric,
      ...Object.entries(serviceDimensions(service)).flat(),
      { stat: 'Average', label: service.label },
    ]);
  const targets = (metric: string, word: string): Line[] =>
    services.flatMap(({ label, targetGroupArnSuffixes }) =>
      targetGroupArnSuffixes.map((suffix) => balancer(metric, 'Maximum', `${label} ${word}`, ['TargetGroup', suffix])),
    );
  return [
    ['Requests', [balancer('RequestCount', 'Sum', 'requests')]],
    [
      'Errors',
      [
        balancer('HTTPCode_Target_5XX_Count', 'Sum', '5xx of targets'),
        balancer('HTTPCode_ELB_5XX_Count', 'Sum', '5xx of the load balancer'),
        balancer('HTTPCode_Target_4XX_Count', 'Sum', '4xx of targets'),
      ],
    ],
    ['Response time, seconds', ['p50', 'p95', 'p99'].map((stat) => balancer('TargetResponseTime', stat, stat))],
    ['Targets', [...targets('HealthyHostCount', 'healthy'), ...targets('UnHealthyHostCount', 'unhealthy')]],
    ['CPU, percent of what is reserved', each('CPUUtilization')],
    ['Memory, percent of what is reserved', each('MemoryUtilization')],
  ];
}
