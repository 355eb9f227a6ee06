/** API Gateway REST APIs: resources, methods, integrations and what they answer (API Gateway API reference). */
import { anything, block, bool, COMMON, inert, map, number, only, refused, schema, text, word } from '../schema.ts';

const NO_VALIDATION = 'requests are not validated against models here';
const NO_CACHE = 'answers are not cached here';
const BYTES = 'bodies are passed on byte by byte';
const NO_TLS = 'there is no TLS on this machine';
const PEOPLE = 'for people';

const HTTP_METHOD = {
  required: true,
  pattern: /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)$/,
  rule: 'an HTTP method in capitals, or ANY (API Gateway PutMethod)',
} as const;
const STATUS_CODE = {
  required: true,
  pattern: /^[1-5]\d\d$/,
  rule: 'three digits (API Gateway PutMethodResponse)',
} as const;

const OF_METHOD = {
  rest_api_id: text({ required: true }),
  resource_id: text({ required: true }),
  http_method: text(HTTP_METHOD),
} as const;

export const REST_API = schema(['aws_api_gateway_rest_api'], {
  name: text({
    required: true,
    pattern: /^.{1,1024}$/s,
    rule: 'a name of 1 to 1024 characters (API Gateway CreateRestApi)',
  }),
  description: text({ fallback: '' }),
  disable_execute_api_endpoint: bool(false),
  api_key_source: only(['HEADER'], 'keys come in x-api-key; there are no authorizers here that could name one'),
  endpoint_configuration: inert('one loopback address serves whatever the endpoint type'),
  binary_media_types: inert(BYTES),
  minimum_compression_size: inert('answers are not compressed'),
  policy: inert('anybody on this machine may call'),
  ip_address_type: inert('loopback is IPv4'),
  security_policy: inert(NO_TLS),
  /** Text of JSON or YAML. */
  body: anything(),
  fail_on_warnings: inert('of imported APIs only'),
  put_rest_api_mode: inert('of imported APIs only'),
  parameters: inert('the base path of an imported API is ignored, as it is by default'),
  ...COMMON,
});

export const REST_RESOURCE = schema(['aws_api_gateway_resource'], {
  rest_api_id: text({ required: true }),
  parent_id: text({ required: true }),
  path_part: text({
    required: true,
    pattern: /^([\w.:~$-]+|\{\w[\w.-]*\+?\})$/,
    rule: 'letters, digits and ._-:~$, or {name}, or {name+} (API Gateway CreateResource)',
  }),
  ...COMMON,
});

export const REST_METHOD = schema(['aws_api_gateway_method'], {
  ...OF_METHOD,
  authorization: word(['NONE'], undefined, { rule: 'nobody is authenticated here: only NONE' }),
  api_key_required: bool(false),
  request_parameters: anything(),
  authorizer_id: refused('there are no authorizers here'),
  authorization_scopes: refused('there are no authorizers here'),
  request_validator_id: refused(NO_VALIDATION),
  request_models: inert(NO_VALIDATION),
  operation_name: inert(PEOPLE),
  ...COMMON,
});

export const REST_INTEGRATION = schema(['aws_api_gateway_integration'], {
  ...OF_METHOD,
  type: word(['HTTP_PROXY', 'HTTP', 'MOCK', 'AWS_PROXY'], undefined, {
    rule: 'AWS integrations call services that are not here; of Lambda, AWS_PROXY is run',
  }),
  integration_http_method: text({
    pattern: /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)$/,
    rule: 'an HTTP method in capitals (API Gateway PutIntegration)',
  }),
  uri: text(),
  connection_type: word(['INTERNET', 'VPC_LINK'], 'INTERNET'),
  connection_id: text(),
  integration_target: text(),
  request_parameters: map(),
  request_templates: map(),
  passthrough_behavior: word(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'], 'WHEN_NO_MATCH'),
  timeout_milliseconds: number({
    fallback: 29_000,
    min: 50,
    max: 300_000,
    rule: '50 to 29000, or up to 300000 of a Regional API with a raised quota (API Gateway limits)',
  }),
  content_handling: refused(BYTES),
  response_transfer_mode: only(['BUFFERED'], 'answers are passed on when they are complete'),
  credentials: inert('functions on one machine may be invoked by anybody'),
  cache_key_parameters: inert(NO_CACHE),
  cache_namespace: inert(NO_CACHE),
  tls_config: block({ insecure_skip_verification: bool(false) }),
  ...COMMON,
});

export const REST_METHOD_RESPONSE = schema(['aws_api_gateway_method_response'], {
  ...OF_METHOD,
  status_code: text(STATUS_CODE),
  response_parameters: anything(),
  response_models: inert('models describe; they change no answer'),
  ...COMMON,
});

export const REST_INTEGRATION_RESPONSE = schema(['aws_api_gateway_integration_response'], {
  ...OF_METHOD,
  status_code: text(STATUS_CODE),
  selection_pattern: text(),
  response_parameters: map(),
  response_templates: map(),
  content_handling: refused(BYTES),
  ...COMMON,
});

/** API Gateway supported-gateway-response-types. */
export const GATEWAY_RESPONSE_TYPES = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
] as const;

export const REST_GATEWAY_RESPONSE = schema(['aws_api_gateway_gateway_response'], {
  rest_api_id: text({ required: true }),
  response_type: word(GATEWAY_RESPONSE_TYPES),
  status_code: text({ pattern: /^[1-5]\d\d$/, rule: 'three digits (API Gateway PutGatewayResponse)' }),
  response_parameters: map(),
  response_templates: map(),
  ...COMMON,
});
