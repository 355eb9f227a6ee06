/** What is judged and compared: every stage of both systems, in every environment, bare and with everything in front. */
import { ENVIRONMENT_NAMES, type Environment, type EnvironmentKey } from '../environments.ts';
import type { FrontSettings } from '../front.ts';
import { readSettings, type Settings } from '../settings.ts';
import { STAGE_NAMES, type StageName } from '../stages.ts';

export interface Variant {
  /** Unique; also the name of its folder. */
  readonly name: string;
  readonly environment: EnvironmentKey;
  readonly stage: StageName;
  /** With HTTPS, web ACL, access logs, alarms and dashboards. */
  readonly front: boolean;
  readonly settings: Settings;
}

const certificate = (domainName: string) => ({
  domainName,
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d',
});

/** Everything that an environment can have in front of its services. */
export const EVERYTHING_IN_FRONT: FrontSettings = {
  https: {
    logistics: certificate('orders.example.com'),
    hq: certificate('hq.example.com'),
    forum: certificate('forum.example.com'),
  },
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/guard/0a1b',
  accessLogDays: 30,
  alarms: { topicArns: ['arn:aws:sns:us-east-1:123456789012:on-call'] },
  dashboard: true,
  restApi: { usage: { ratePerSecond: 100, burst: 200, quota: { limit: 1_000_000, period: 'MONTH' } } },
  keyPage: true,
};

/** Without NAT gateways, where everything is public and the test listener open to the hook. */
const WITHOUT_NAT: Partial<Environment> = { egress: 'endpoints', testListenerCidrBlocks: ['0.0.0.0/0'] };

export const VARIANTS: readonly Variant[] = [
  ...ENVIRONMENT_NAMES.flatMap((environment) =>
    STAGE_NAMES.flatMap((stage) => [
      variant({ environment, stage }),
      variant({ environment, stage, suffix: '-front' }, { front: EVERYTHING_IN_FRONT }),
    ]),
  ),
  variant({ environment: 'dev', stage: 'microservices', suffix: '-without-nat' }, WITHOUT_NAT),
];

function variant(
  { environment, stage, suffix = '' }: Pick<Variant, 'environment' | 'stage'> & { readonly suffix?: string },
  changes: Partial<Environment> = {},
): Variant {
  const settings = readSettings({ CUTOVER_SYSTEM: 'all', CUTOVER_STAGE: stage, CUTOVER_ENVIRONMENT: environment });
  return {
    name: `${environment}-${stage}${suffix}`,
    environment,
    stage,
    front: changes.front !== undefined,
    settings: { ...settings, environment: { ...settings.environment, ...changes } },
  };
}
