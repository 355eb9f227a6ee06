import test from 'ava';
import { Account } from './account.ts';
import type { TerraformStack } from './cdktf.ts';
import { GeneratedSecret } from './generated-secret.ts';
import { RestFront, type RestFrontProps } from './rest-front.ts';
import { RestFrontAlarms } from './rest-front-alarms.ts';
import { type Json, refuses, synth } from './testing/synth.ts';

const add = (stack: TerraformStack, props: Partial<RestFrontProps> = {}): RestFront =>
  new RestFront(stack, 'front', {
    name: 'interstella-hq',
    description: 'Fulfilment API',
    routes: [
      { method: 'POST', path: '/orders' },
      { method: 'GET', path: '/orders/{messageId}' },
    ],
    targetUrl: 'http://hq.example.com',
    apiKey: new GeneratedSecret(stack, 'secret', { name: '/interstella/key', description: 'Key' }),
    usage: { ratePerSecond: 50, burst: 100, quota: { limit: 10_000, period: 'DAY' } },
    account: new Account(stack, 'account', { region: 'us-east-1' }),
    ...props,
  });
const made = (props: Partial<RestFrontProps> = {}) => synth((stack) => void add(stack, props));
const triggerOf = (props: Partial<RestFrontProps>): string =>
  JSON.stringify(made(props).one('aws_api_gateway_deployment').triggers);

test('every method wants the key, and hands it and the path on', (t) => {
  const out = made();
  const methods = out.all('aws_api_gateway_method');
  t.deepEqual(methods.map(({ http_method }: Json) => http_method).sort(), ['GET', 'POST']);
  for (const method of methods) t.like(method, { api_key_required: true, authorization: 'NONE' });
  const get = out.all('aws_api_gateway_integration').find(({ http_method }: Json) => http_method === 'GET');
  t.like(get, {
    type: 'HTTP_PROXY',
    integration_http_method: 'GET',
    uri: 'http://hq.example.com/orders/{messageId}',
    request_parameters: {
      'integration.request.header.x-api-key': 'method.request.header.x-api-key',
      'integration.request.path.messageId': 'method.request.path.messageId',
    },
  });
});

test('a path is a chain of resources, each made once', (t) => {
  const parts = made().all('aws_api_gateway_resource');
  t.deepEqual(parts.map(({ path_part }: Json) => path_part).sort(), ['orders', '{messageId}']);
  const [orders, byId] = parts.sort((a: Json, b: Json) => b.path_part.localeCompare(a.path_part)).reverse();
  t.regex(`${orders.parent_id} ${byId.parent_id}`, /root_resource_id/);
  t.regex(`${orders.parent_id} ${byId.parent_id}`, /aws_api_gateway_resource/);
});

test('a deployment waits for every integration, and another route or target makes another one', (t) => {
  const deployment = made().one('aws_api_gateway_deployment');
  t.is(deployment.depends_on.filter((address: string) => address.includes('integration')).length, 2);
  t.true(deployment.lifecycle.create_before_destroy);
  t.is(triggerOf({}), triggerOf({}));
  t.not(triggerOf({}), triggerOf({ targetUrl: 'http://other.example.com' }));
  t.not(triggerOf({}), triggerOf({ routes: [{ method: 'POST', path: '/orders' }] }));
  t.not(triggerOf({}), triggerOf({ timeoutMs: 5000 }));
  t.is(triggerOf({}), triggerOf({ usage: { ratePerSecond: 1, burst: 1 } }), 'a plan is not part of the picture');
});

test('stage: access log in JSON without the key, throttle, account role that may write', (t) => {
  const out = made({ stageThrottle: { ratePerSecond: 500, burst: 900 }, logRetentionDays: 7 });
  const { access_log_settings: log, depends_on, stage_name } = out.one('aws_api_gateway_stage');
  t.is(stage_name, 'v1');
  t.is(JSON.parse(log.format).apiKeyId, '$context.identity.apiKeyId');
  t.notRegex(log.format, /identity\.apiKey"/);
  t.true(depends_on.some((address: string) => address.startsWith('aws_api_gateway_account.')));
  t.like(out.one('aws_api_gateway_method_settings'), {
    method_path: '*/*',
    settings: { throttling_rate_limit: 500, throttling_burst_limit: 900, data_trace_enabled: false },
  });
  t.is(out.one('aws_cloudwatch_log_group').retention_in_days, 7);
  const role = out.one('aws_iam_role');
  t.regex(role.assume_role_policy, /apigateway\.amazonaws\.com/);
});

test('the account’s role can be somebody else’s', (t) => {
  const out = made({ accountLogRole: false });
  t.deepEqual(out.all('aws_api_gateway_account'), []);
  t.deepEqual(out.all('aws_iam_role'), []);
});

test('usage plan: throttle and quota as data; the key by reference, in no JSON', (t) => {
  const out = made();
  t.like(out.one('aws_api_gateway_usage_plan'), {
    throttle_settings: { rate_limit: 50, burst_limit: 100 },
    quota_settings: { limit: 10_000, period: 'DAY' },
  });
  t.regex(out.one('aws_api_gateway_api_key').value, /^\$\{data\.aws_ssm_parameter\.secret_value_\w+\.value\}$/);
  t.regex(out.one('aws_api_gateway_usage_plan_key').key_id, /aws_api_gateway_api_key/);
  t.is(
    made({ usage: { ratePerSecond: 1, burst: 1 } }).one('aws_api_gateway_usage_plan').quota_settings,
    undefined,
    'no quota unless it is asked for',
  );
});

test('a web ACL guards the stage', (t) => {
  const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/guard/0a1b';
  t.regex(made({ webAclArn }).one('aws_wafv2_web_acl_association').resource_arn, /aws_api_gateway_stage/);
  t.deepEqual(made().all('aws_wafv2_web_acl_association'), []);
});

test('alarms: server errors and response times in milliseconds, of this API and stage', (t) => {
  const alarms = synth((stack) => {
    new RestFrontAlarms(stack, 'alarms', { front: add(stack), namePrefix: 'hq', latencyP95Seconds: 2 });
  }).all('aws_cloudwatch_metric_alarm');
  const dimensions = { ApiName: 'interstella-hq', Stage: 'v1' };
  t.like(
    alarms.find(({ alarm_name }: Json) => alarm_name === 'hq-api-latency'),
    { namespace: 'AWS/ApiGateway', metric_name: 'Latency', extended_statistic: 'p95', threshold: 2000, dimensions },
  );
  t.like(
    alarms.find(({ alarm_name }: Json) => alarm_name === 'hq-api-5xx'),
    { metric_name: '5XXError', statistic: 'Sum', threshold: 10, dimensions },
  );
});

test('bad props are told at once', (t) => {
  refuses(
    t,
    ['name', 'stageName', 'targetUrl', 'timeoutMs', 'usage.burst', 'usage.quota.limit', 'usage.ratePerSecond'],
    (stack) =>
      void add(stack, {
        name: 'no spaces',
        stageName: 'a-b',
        targetUrl: 'http://hq.example.com/path',
        timeoutMs: 29_001,
        usage: { ratePerSecond: 0, burst: 5001, quota: { limit: 0, period: 'DAY' } },
      }),
  );
  const period = 'YEAR' as 'DAY';
  refuses(
    t,
    ['usage.quota.period'],
    (stack) => void add(stack, { usage: { ratePerSecond: 1, burst: 1, quota: { limit: 1, period } } }),
  );
  refuses(t, ['routes'], (stack) => void add(stack, { routes: [] }));
  refuses(t, ['routes.path'], (stack) => void add(stack, { routes: [{ method: 'GET', path: '/orders/' }] }));
  const routes: RestFrontProps['routes'] = [
    { method: 'GET', path: '/orders/{a}' },
    { method: 'GET', path: '/orders/{b}' },
  ];
  refuses(t, ['routes'], (stack) => void add(stack, { routes }));
});
