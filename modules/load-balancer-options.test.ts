import test from 'ava';
import { Account } from './account.ts';
import type { TerraformStack } from './cdktf.ts';
import { LogBucket } from './log-bucket.ts';
import { PathRule } from './path-rule.ts';
import { PublicLoadBalancer, type PublicLoadBalancerProps } from './public-load-balancer.ts';
import { type Json, refuses, synth } from './testing/synth.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d';
const HTTPS = { certificateArn: CERTIFICATE, domainName: 'orders.example.com' };
const add = (stack: TerraformStack, props: Partial<PublicLoadBalancerProps> = {}): PublicLoadBalancer =>
  new PublicLoadBalancer(stack, 'lb', {
    name: 'interstella',
    subnetIds: ['subnet-1', 'subnet-2'],
    securityGroupIds: ['sg-1'],
    defaultAction: { forwardTo: 'arn:tg' },
    ...props,
  });
const listeners = (props: Partial<PublicLoadBalancerProps>): Record<string, Json> =>
  Object.fromEntries(
    synth((stack) => void add(stack, props))
      .all('aws_lb_listener')
      .map((listener) => [listener.protocol, listener]),
  );

test('by default: HTTP only, no web ACL, no access logs', (t) => {
  let url = '';
  const out = synth((stack) => {
    url = add(stack).url;
  });
  t.like(out.one('aws_lb_listener'), { port: 80, protocol: 'HTTP', default_action: [{ type: 'forward' }] });
  t.is(out.one('aws_lb').access_logs, undefined);
  t.deepEqual(out.all('aws_wafv2_web_acl_association'), []);
  t.regex(url, /^http:\/\/\$\{/);
});

test('WHEN there is a certificate THEN HTTPS serves, and HTTP leads to it', (t) => {
  const { HTTP, HTTPS: secure } = listeners({ https: HTTPS });
  t.like(secure, {
    port: 443,
    certificate_arn: CERTIFICATE,
    ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    default_action: [{ type: 'forward', target_group_arn: 'arn:tg' }],
  });
  t.deepEqual(HTTP.default_action, [
    { type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', status_code: 'HTTP_301' } },
  ]);
});

test('WHEN there is a hosted zone THEN the name leads to the load balancer; without one the record is the operator’s', (t) => {
  const records = (https: PublicLoadBalancerProps['https']) =>
    synth((stack) => void add(stack, https ? { https } : {})).all('aws_route53_record');
  t.deepEqual(records(HTTPS), []);
  const [record] = records({ ...HTTPS, hostedZoneId: 'Z0123456789ABC' });
  t.like(record, { zone_id: 'Z0123456789ABC', name: 'orders.example.com', type: 'A' });
  t.like(record?.alias, { evaluate_target_health: false });
  t.regex(JSON.stringify(record?.alias), /\.dns_name\}[\s\S]*\.zone_id\}/);
});

test('rules and dependencies go to the listener that serves', (t) => {
  synth((stack) => {
    const balancer = add(stack, { https: { ...HTTPS, port: 8443 } });
    t.is(balancer.listener.portInput, 8443);
    t.is(balancer.url, 'https://orders.example.com:8443');
  });
  const rule = synth((stack) => {
    const { listenerArn, listener } = add(stack, { https: HTTPS });
    const pathPatterns = ['/iridium*'];
    new PathRule(stack, 'rule', { listenerArn, priority: 1, pathPatterns, targetGroupArn: 'tg', after: [listener] });
  }).one('aws_lb_listener_rule');
  t.regex(rule.listener_arn, /https-listener/);
  t.regex(rule.depends_on.join(), /https-listener/);
  synth((stack) => {
    t.is(add(stack, { https: HTTPS }).url, 'https://orders.example.com');
  });
});

test('a web ACL guards it', (t) => {
  const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/guard/0a1b';
  const association = synth((stack) => void add(stack, { webAclArn })).one('aws_wafv2_web_acl_association');
  t.is(association.web_acl_arn, webAclArn);
  t.regex(association.resource_arn, /^\$\{aws_lb\.\w+\.arn\}$/);
});

test('access logs go to a bucket that only load balancers of the account write to', (t) => {
  const out = synth((stack) => {
    const account = new Account(stack, 'account', { region: 'us-east-1' });
    add(stack, {
      accessLogs: new LogBucket(stack, 'logs', { namePrefix: 'interstella-logs-', account, keepDays: 30 }),
    });
  });
  const balancer = out.one('aws_lb');
  t.like(balancer.access_logs, { enabled: true });
  t.regex(balancer.access_logs.bucket, /^\$\{aws_s3_bucket\.\w+\.bucket\}$/);
  t.regex(balancer.depends_on.join(), /^aws_s3_bucket_policy\./);
  const [allow, deny] = JSON.parse(out.one('aws_s3_bucket_policy').policy).Statement;
  t.like(allow, {
    Effect: 'Allow',
    Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
    Action: 's3:PutObject',
  });
  t.regex(allow.Resource, /\.arn\}\/AWSLogs\/\$\{data\.aws_caller_identity\.\w+\.account_id\}\/\*$/);
  t.like(deny, { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  t.true(out.one('aws_s3_bucket_public_access_block').restrict_public_buckets);
  t.like(out.one('aws_s3_bucket_lifecycle_configuration').rule[0], {
    status: 'Enabled',
    expiration: [{ days: 30 }],
  });
});

for (const [what, props, wrong] of [
  [
    'a certificate of something else',
    { https: { ...HTTPS, certificateArn: 'arn:aws:s3:::b' } },
    'https.certificateArn',
  ],
  ['a wildcard name', { https: { ...HTTPS, domainName: '*.example.com' } }, 'https.domainName'],
  ['a name of one word', { https: { ...HTTPS, domainName: 'localhost' } }, 'https.domainName'],
  ['the port of HTTP', { https: { ...HTTPS, port: 80 } }, 'https.port'],
  ['TLS 1.0', { https: { ...HTTPS, sslPolicy: 'ELBSecurityPolicy-2016-08' } }, 'https.sslPolicy'],
  ['TLS 1.1', { https: { ...HTTPS, sslPolicy: 'ELBSecurityPolicy-TLS13-1-1-2021-06' } }, 'https.sslPolicy'],
  [
    'a web ACL of CloudFront',
    { webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/guard/0a1b' },
    'webAclArn',
  ],
] as const) {
  test(`refused: ${what}`, (t) => {
    refuses(t, [wrong], (stack) => void add(stack, props));
  });
}

test('refused: logs that are kept for no time, in a bucket of no name', (t) => {
  refuses(t, ['keepDays', 'namePrefix'], (stack) => {
    new LogBucket(stack, 'logs', {
      namePrefix: 'Logs',
      keepDays: 0,
      account: new Account(stack, 'account', { region: 'us-east-1' }),
    });
  });
});
