import test from 'ava';
import { Estate } from '../modules/rules/estate.ts';
import { violationsIn } from '../modules/rules/violations.ts';
import type { Json } from '../modules/testing/synth.ts';
import type { FrontSettings } from './front.ts';
import { EVERYTHING_IN_FRONT } from './policy/variants.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import { readSettings } from './settings.ts';
import { STAGE_NAMES } from './stages.ts';
import { container, type Stacks, stacksFrom } from './testing/stacks.ts';

const BALANCED = ['interstella-edge', 'interstella-hq', 'interstella-forum-edge'];
const RUNNING = ['interstella-services', 'interstella-hq', 'interstella-forum-services'];

const stacksWith = (front: Partial<FrontSettings>, stage = 'microservices'): Stacks => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'all', CUTOVER_STAGE: stage });
  const { environment } = settings;
  return stacksFrom({ ...settings, environment: { ...environment, front: { ...environment.front, ...front } } });
};
const types = (stacks: Stacks): Set<string> =>
  new Set(Object.values(stacks).flatMap(({ json }) => Object.keys(json.resource)));

test('by default there is nothing of it', (t) => {
  const stacks = stacksWith({});
  for (const type of [
    'aws_wafv2_web_acl_association',
    'aws_cloudwatch_dashboard',
    'aws_s3_bucket_policy',
    'aws_api_gateway_rest_api',
  ]) {
    t.false(types(stacks).has(type), type);
  }
  for (const name of BALANCED) {
    const protocols = stacks[name]!.all('aws_lb_listener').map(({ protocol }) => protocol);
    t.deepEqual(new Set(protocols), new Set(['HTTP']));
    t.is(stacks[name]!.one('aws_lb').access_logs, undefined);
  }
  t.false(JSON.stringify(Object.values(stacks).map(({ json }) => json)).includes('operations-alarms'));
});

test('HTTPS: each load balancer serves under its name, and is open on 443', (t) => {
  const stacks = stacksWith({ https: EVERYTHING_IN_FRONT.https });
  for (const name of BALANCED) {
    const stack = stacks[name]!;
    t.is(stack.all('aws_lb_listener').filter(({ protocol }) => protocol === 'HTTPS').length, 1);
    t.true(stack.all('aws_vpc_security_group_ingress_rule').some(({ from_port }) => from_port === 443));
  }
});

test('HTTPS: rules, deployments, subscriptions and services go by it', (t) => {
  const stacks = stacksWith({ https: EVERYTHING_IN_FRONT.https });
  const logistics = stacks['interstella-services']!;
  for (const { listener_arn } of logistics.all('aws_lb_listener_rule')) t.regex(listener_arn, /https-listener/);
  for (const subscription of logistics.all('aws_sns_topic_subscription')) {
    t.is(subscription.protocol, 'https');
    t.true(subscription.endpoint.startsWith('https://orders.example.com/'));
  }
  const monolithUrl = container(stacks, 'interstella-iridium').environment.find(
    ({ name }: Json) => name === 'monolithUrl',
  );
  t.is(monolithUrl.value, 'https://orders.example.com');
  const endpoint = stacks['interstella-hq']!.all('aws_ssm_parameter').find(({ type }) => type === 'String');
  t.is(endpoint.value, 'https://hq.example.com');
  const pair = stacks['interstella-forum-services']!.one('aws_codedeploy_deployment_group').load_balancer_info
    .target_group_pair_info;
  t.regex(pair.prod_traffic_route.listener_arns.join(), /https-listener/);
  t.regex(pair.test_traffic_route.listener_arns.join(), /test-listener/);
});

test('web ACL and access logs: one association and one bucket for each load balancer', (t) => {
  const stacks = stacksWith({ webAclArn: EVERYTHING_IN_FRONT.webAclArn, accessLogDays: 30 });
  for (const name of BALANCED) {
    t.is(stacks[name]!.one('aws_wafv2_web_acl_association').web_acl_arn, EVERYTHING_IN_FRONT.webAclArn);
    t.true(stacks[name]!.one('aws_lb').access_logs.enabled);
    t.is(stacks[name]!.one('aws_s3_bucket_lifecycle_configuration').rule[0].expiration[0].days, 30);
  }
});

test('REST front: clients, the platform’s parameter included, are led to it; the load balancer stays behind it', (t) => {
  const hq = stacksWith({ restApi: EVERYTHING_IN_FRONT.restApi, alarms: EVERYTHING_IN_FRONT.alarms })[
    'interstella-hq'
  ]!;
  const endpoint = hq.all('aws_ssm_parameter').find(({ type }) => type === 'String');
  t.regex(endpoint.value, /^\$\{aws_api_gateway_stage\.[\w-]+\.invoke_url\}$/);
  t.deepEqual(hq.one('aws_api_gateway_usage_plan').quota_settings, { limit: 1_000_000, period: 'MONTH' });
  for (const { uri } of hq.all('aws_api_gateway_integration')) {
    t.regex(uri, /^http:\/\/\$\{aws_lb\.[\w-]+\.dns_name\}\/orders/);
  }
  const names = hq.all('aws_cloudwatch_metric_alarm').map(({ alarm_name }) => alarm_name);
  t.true(names.includes('interstella-hq-api-5xx'));
  const { https } = EVERYTHING_IN_FRONT;
  const secured = stacksWith({ restApi: EVERYTHING_IN_FRONT.restApi, https })['interstella-hq']!;
  for (const { uri } of secured.all('aws_api_gateway_integration')) t.regex(uri, /^https:\/\/hq\.example\.com\/orders/);
});

test('alarms and dashboards know every service that the stage runs', (t) => {
  const stacks = stacksWith({ alarms: EVERYTHING_IN_FRONT.alarms, dashboard: true }, 'strangler');
  const names = RUNNING.flatMap((name) => stacks[name]!.all('aws_cloudwatch_metric_alarm').map((a) => a.alarm_name));
  for (const watched of ['logistics-monolith', 'logistics-iridium', 'hq-hq', 'forum-users', 'forum-monolith']) {
    t.true(names.includes(`interstella-${watched}-unhealthy`), watched);
    t.true(names.includes(`interstella-${watched}-cpu`), watched);
  }
  t.is(new Set(names).size, names.length);
  for (const name of RUNNING) t.truthy(stacks[name]!.one('aws_cloudwatch_dashboard').dashboard_body);
});

test('a blue/green service is watched in both groups; one at zero not at all', (t) => {
  const stacks = stacksWith({ alarms: {} });
  const names = stacks['interstella-forum-services']!.all('aws_cloudwatch_metric_alarm').map((a) => a.alarm_name);
  t.true(names.includes('interstella-forum-threads-unhealthy-2'));
  t.false(names.some((name) => name.startsWith('interstella-forum-monolith')));
});

test('with everything on, every stage keeps the house rules', (t) => {
  for (const stage of STAGE_NAMES) {
    const json = Object.entries(stacksWith(EVERYTHING_IN_FRONT, stage)).map(([name, stack]) => [name, stack.json]);
    t.deepEqual(violationsIn(new Estate(Object.fromEntries(json)), RULE_EXCEPTIONS), []);
  }
});
