/** Deployments, stages and their settings; API keys and usage plans. */
import {
  REST_API_KEY,
  REST_DEPLOYMENT,
  REST_METHOD_SETTINGS,
  REST_STAGE,
  REST_USAGE_PLAN,
  REST_USAGE_PLAN_KEY,
} from '../../read/schemas/aws-api-gateway-stages.ts';
import type {
  RestApiKey,
  RestDeployment,
  RestMethodSettings,
  RestQuota,
  RestStage,
  RestThrottle,
  RestUsagePlan,
  RestUsagePlanKey,
} from '../../topology-rest-api.ts';
import { encodeJson } from '../expr/values.ts';
import { acting, inertType } from '../kind.ts';
import { type Computed, hex, textOf } from '../names.ts';
import type { Report } from '../report.ts';
import { parseLogFormat } from '../rest-api/parse-template.ts';
import { methodPathOf } from '../rest-api/read-maps.ts';
import { executionArn, hostOf, restArn } from './rest-apis.ts';

const invokable = (names: Parameters<Computed>[0], apiId: string, stage: string) => ({
  invoke_url: `https://${hostOf(names, apiId)}/${stage}`,
  execution_arn: `${executionArn(names, apiId)}/${stage}`,
});

/** What makes Terraform take a new picture: another id each time. */
const PICTURE = ['rest_api_id', 'triggers', 'stage_name', 'variables'] as const;

const deployment = acting(
  REST_DEPLOYMENT,
  'restDeployments',
  (names, block, attribute) => ({
    id: hex(`${block.address} ${encodeJson(PICTURE.map((name) => attribute(name) ?? null))}`, 6),
    created_date: '',
    ...invokable(names, textOf(attribute('rest_api_id')), textOf(attribute('stage_name'))),
  }),
  ({ base, values: v, computed }): RestDeployment => ({
    ...base,
    apiId: v.rest_api_id,
    id: computed('id'),
    stageName: v.stage_name === '' ? null : v.stage_name,
    variables: v.variables,
  }),
);

const LOG_GROUP = /^arn:[\w-]+:logs:[\w-]+:\d{12}:log-group:([^:]+)(:\*)?$/;

const stage = acting(
  REST_STAGE,
  'restStages',
  (names, _block, attribute) => {
    const [apiId, name] = [textOf(attribute('rest_api_id')), textOf(attribute('stage_name'))];
    return {
      id: `ags-${apiId}-${name}`,
      arn: restArn(names, `/restapis/${apiId}/stages/${name}`),
      web_acl_arn: '',
      ...invokable(names, apiId, name),
    };
  },
  ({ base, values: v, computed, report }): RestStage => ({
    ...base,
    apiId: v.rest_api_id,
    id: computed('id'),
    name: v.stage_name,
    deploymentId: v.deployment_id,
    variables: v.variables,
    accessLog: v.access_log_settings ? accessLogOf(v.access_log_settings, report) : null,
  }),
);

function accessLogOf(
  settings: { readonly destination_arn: string; readonly format: string },
  report: Report,
): RestStage['accessLog'] {
  const group = LOG_GROUP.exec(settings.destination_arn)?.[1];
  if (group === undefined) {
    report.problem('UNSUPPORTED_ATTRIBUTE', 'access_log_settings.destination_arn', {
      message: 'the access log goes to no log group',
      value: settings.destination_arn,
      rule: 'the ARN of an aws_cloudwatch_log_group; there is no Firehose here',
      fix: 'log to a log group',
    });
    return null;
  }
  // Line ends would make one line into several (API Gateway set-up-logging: one record a request).
  return { group, format: parseLogFormat(settings.format.replace(/\s*\n\s*/g, ' ').trim()) };
}

/** Both below 0: the account's limits hold, as the provider's default of -1 says. */
const settingsThrottle = (rate: number | null, burst: number): RestThrottle | null =>
  (rate ?? -1) < 0 && burst < 0 ? null : { ratePerSecond: limit(rate ?? -1), burst: limit(burst) };
/** One of the two that is off limits nothing by itself. */
const limit = (value: number): number => (value < 0 ? Number.MAX_SAFE_INTEGER : value);

const methodSettings = acting(
  REST_METHOD_SETTINGS,
  'restMethodSettings',
  (_names, _block, attribute) => ({
    id: ['rest_api_id', 'stage_name', 'method_path'].map((name) => textOf(attribute(name))).join('-'),
  }),
  ({ base, values: v }): RestMethodSettings => ({
    ...base,
    apiId: v.rest_api_id,
    stageName: v.stage_name,
    ...methodPathOf(v.method_path),
    throttle: settingsThrottle(v.settings.throttling_rate_limit, v.settings.throttling_burst_limit),
    detailedMetrics: v.settings.metrics_enabled,
  }),
);

const apiKey = acting(
  REST_API_KEY,
  'restApiKeys',
  (names, block, attribute) => {
    const id = hex(block.address, 10);
    return {
      id,
      arn: restArn(names, `/apikeys/${id}`),
      // AWS draws forty letters and digits.
      value: attribute('value') ?? `${names.random(block.address)}${hex(block.address, 8)}`,
      created_date: '',
      last_updated_date: '',
    };
  },
  ({ base, values: v, computed }): RestApiKey => ({
    ...base,
    id: computed('id'),
    arn: computed('arn'),
    name: v.name,
    description: v.description,
    value: v.value ?? computed('value'),
    enabled: v.enabled,
  }),
);

const usagePlan = acting(
  REST_USAGE_PLAN,
  'restUsagePlans',
  (names, block) => {
    const id = hex(block.address, 6);
    return { id, arn: restArn(names, `/usageplans/${id}`) };
  },
  ({ base, values: v, computed, report }): RestUsagePlan => ({
    ...base,
    id: computed('id'),
    arn: computed('arn'),
    name: v.name,
    description: v.description,
    stages: v.api_stages.map(({ api_id, stage: stageName, throttle }) => ({
      apiId: api_id,
      stageName,
      throttles: throttle.map((t) => ({ ...methodPathOf(t.path), throttle: throttleOf(t) })),
    })),
    throttle: v.throttle_settings ? throttleOf(v.throttle_settings) : null,
    quota: v.quota_settings ? quotaOf(v.quota_settings, report) : null,
  }),
);

const throttleOf = (given: { readonly rate_limit: number | null; readonly burst_limit: number }): RestThrottle => ({
  ratePerSecond: given.rate_limit ?? 0,
  burst: given.burst_limit,
});

/** The provider's own bounds, those of API Gateway. */
const MAX_OFFSET = { DAY: 0, WEEK: 6, MONTH: 27 } as const;

function quotaOf(quota: RestQuota, report: Report): RestQuota {
  if (quota.offset > MAX_OFFSET[quota.period])
    report.bad(
      'quota_settings.offset',
      quota.offset,
      'the offset is out of range',
      `0 to ${MAX_OFFSET[quota.period]} for a ${quota.period} (API Gateway CreateUsagePlan)`,
    );
  return quota;
}

const usagePlanKey = acting(
  REST_USAGE_PLAN_KEY,
  'restUsagePlanKeys',
  (_names, _block, attribute) => ({ id: textOf(attribute('key_id')), name: '', value: '' }),
  ({ base, values: v }): RestUsagePlanKey => ({ ...base, planId: v.usage_plan_id, keyId: v.key_id }),
);

/** What belongs to REST APIs, can be referred to, and does nothing here. */
const INERT = [
  inertType(['aws_api_gateway_account'], 'nobody here needs a role to write logs', () => ({
    id: 'api-gateway-account',
    api_key_version: '4',
    features: ['UsagePlans'],
    throttle_settings: [{ burst_limit: 5000, rate_limit: 10_000 }],
  })),
  inertType(['aws_api_gateway_rest_api_policy'], 'anybody on this machine may call', (_names, _block, attribute) => ({
    id: textOf(attribute('rest_api_id')),
  })),
  inertType(['aws_api_gateway_model'], 'requests are not validated against models here', (_names, block) => ({
    id: hex(block.address, 6),
  })),
  inertType(
    ['aws_api_gateway_documentation_part', 'aws_api_gateway_documentation_version'],
    'for people',
    (_names, block) => ({ id: hex(block.address, 6) }),
  ),
  inertType(
    ['aws_apigatewayv2_vpc_link'],
    'load balancers are reached on their addresses, inside a VPC or not',
    (names, block) => {
      const id = hex(block.address, 6);
      return { id, arn: restArn(names, `/vpclinks/${id}`) };
    },
  ),
];

export const REST_STAGE_KINDS = [deployment, stage, methodSettings, apiKey, usagePlan, usagePlanKey, ...INERT];
