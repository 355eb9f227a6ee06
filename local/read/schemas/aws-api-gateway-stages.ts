/** API Gateway: deployments, stages and their settings, API keys and usage plans (API Gateway API reference). */
import {
  block,
  blocks,
  bool,
  COMMON,
  inert,
  map,
  never,
  number,
  real,
  refused,
  schema,
  text,
  word,
} from '../schema.ts';

const NO_CACHE = 'answers are not cached here';
const NO_TLS = 'there is no TLS on this machine';
const PEOPLE = 'for people';

export const REST_DEPLOYMENT = schema(['aws_api_gateway_deployment'], {
  rest_api_id: text({ required: true }),
  triggers: map(),
  stage_name: text(),
  variables: map(),
  stage_description: inert(PEOPLE),
  description: inert(PEOPLE),
  canary_settings: refused('a stage serves one deployment here'),
  ...COMMON,
});

export const REST_STAGE = schema(['aws_api_gateway_stage'], {
  rest_api_id: text({ required: true }),
  deployment_id: text({ required: true }),
  stage_name: text({
    required: true,
    pattern: /^[\w-]{1,128}$/,
    rule: '1 to 128 letters, digits, hyphens and underscores (API Gateway known issues)',
  }),
  variables: map(),
  access_log_settings: block({
    destination_arn: text({ required: true }),
    format: text({ required: true }),
  }),
  cache_cluster_enabled: never(NO_CACHE),
  cache_cluster_size: inert(NO_CACHE),
  canary_settings: refused('a stage serves one deployment here'),
  client_certificate_id: inert(NO_TLS),
  description: inert(PEOPLE),
  documentation_version: inert(PEOPLE),
  xray_tracing_enabled: inert('there is no X-Ray here'),
  ...COMMON,
});

const LOGGING = 'only the access log is written here';

export const REST_METHOD_SETTINGS = schema(['aws_api_gateway_method_settings'], {
  rest_api_id: text({ required: true }),
  stage_name: text({ required: true }),
  method_path: text({
    required: true,
    pattern: /\/([A-Z]+|\*)$/,
    rule: '*/* or PATH/METHOD, such as orders/GET (API Gateway UpdateStage)',
  }),
  settings: block(
    {
      throttling_rate_limit: real(),
      throttling_burst_limit: number({ fallback: -1, min: -1 }),
      metrics_enabled: bool(false),
      logging_level: inert(LOGGING),
      data_trace_enabled: inert(LOGGING),
      caching_enabled: never(NO_CACHE),
      cache_ttl_in_seconds: inert(NO_CACHE),
      cache_data_encrypted: inert(NO_CACHE),
      require_authorization_for_cache_control: inert(NO_CACHE),
      unauthorized_cache_control_header_strategy: inert(NO_CACHE),
    },
    { required: true },
  ),
  ...COMMON,
});

export const REST_API_KEY = schema(['aws_api_gateway_api_key'], {
  name: text({
    required: true,
    pattern: /^.{1,1024}$/s,
    rule: 'a name of 1 to 1024 characters (API Gateway CreateApiKey)',
  }),
  description: text({ fallback: '' }),
  enabled: bool(true),
  value: text({ pattern: /^.{20,128}$/s, rule: '20 to 128 characters (API Gateway CreateApiKey)' }),
  customer_id: inert('nothing is sold here'),
  ...COMMON,
});

const throttleFields = { rate_limit: real(), burst_limit: number({ fallback: 0, min: 0 }) } as const;

export const REST_USAGE_PLAN = schema(['aws_api_gateway_usage_plan'], {
  name: text({ required: true }),
  description: text({ fallback: '' }),
  api_stages: blocks({
    api_id: text({ required: true }),
    stage: text({ required: true }),
    throttle: blocks({
      path: text({
        required: true,
        pattern: /\/[A-Z]+$/,
        rule: 'PATH/METHOD, such as /orders/GET (API Gateway UpdateUsagePlan)',
      }),
      ...throttleFields,
    }),
  }),
  throttle_settings: block(throttleFields),
  quota_settings: block({
    limit: number({ required: true, min: 1, max: 2_147_483_647 }),
    offset: number({ fallback: 0, min: 0 }),
    period: word(['DAY', 'WEEK', 'MONTH']),
  }),
  product_code: inert('nothing is sold here'),
  ...COMMON,
});

export const REST_USAGE_PLAN_KEY = schema(['aws_api_gateway_usage_plan_key'], {
  usage_plan_id: text({ required: true }),
  key_id: text({ required: true }),
  key_type: word(['API_KEY']),
  ...COMMON,
});
