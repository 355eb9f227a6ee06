/** What is the operator's and there before a deployment (docs/production.md): certificates, a web ACL, a topic for alarms. */
import type { Ask } from './ask.ts';

/** One for each load balancer, by the word of CUTOVER_FRONT. */
export const DOMAINS = {
  logistics: 'orders.example.com',
  hq: 'hq.example.com',
  forum: 'forum.example.com',
} as const;

/** What one API key may do: unlike any default, so that the numbers read back are these. */
export const USAGE = { ratePerSecond: 40, burst: 80, quota: 300_000, period: 'WEEK' } as const;
export const ACCESS_LOG_DAYS = 11;

export interface Operator {
  readonly certificates: Readonly<Record<keyof typeof DOMAINS, string>>;
  readonly webAclArn: string;
  readonly topicArn: string;
}

export async function operatorOf(ask: Ask): Promise<Operator> {
  const fronts = Object.entries(DOMAINS);
  const requested = await ask(
    ...fronts.map(([, DomainName]) => ['acm', 'request_certificate', { DomainName }] as const),
  );
  const visibility = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'guard' };
  const guard = { Name: 'guard', Scope: 'REGIONAL', DefaultAction: { Allow: {} }, VisibilityConfig: visibility };
  const [acl, topic] = await ask(['wafv2', 'create_web_acl', guard], ['sns', 'create_topic', { Name: 'on-call' }]);
  const certificates = fronts.map(([front], index) => [front, requested[index].CertificateArn]);
  return {
    certificates: Object.fromEntries(certificates) as Operator['certificates'],
    webAclArn: acl.Summary.ARN,
    topicArn: topic.TopicArn,
  };
}

/** @returns CUTOVER_FRONT with everything in it */
export function everythingInFront({ certificates, webAclArn, topicArn }: Operator): string {
  const { ratePerSecond, burst, quota, period } = USAGE;
  const https = Object.entries(certificates).map(
    ([front, arn]) => `https:${front}=${DOMAINS[front as keyof typeof DOMAINS]}@${arn}`,
  );
  return [
    ...https,
    `web-acl=${webAclArn}`,
    `access-logs:${ACCESS_LOG_DAYS}`,
    `alarms=${topicArn}`,
    'dashboard',
    `rest-api:${ratePerSecond}:${burst}:${quota}:${period}`,
    'key-page',
  ].join(',');
}
