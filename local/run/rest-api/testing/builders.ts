/** REST API parts for tests. */
import type {
  RestApi,
  RestApiKey,
  RestIntegration,
  RestMethod,
  RestResource,
  RestUsagePlan,
} from '../../../topology-rest-api.ts';

let count = 0;
export const base = (type: string) => ({
  address: `s/${type}.x${count++}`,
  type,
  stack: 's',
  dependsOn: [],
  digest: String(count),
  ignoreChanges: [],
  attributes: {},
  tags: {},
});

export const restApi = (change: Partial<RestApi> = {}): RestApi => ({
  ...base('aws_api_gateway_rest_api'),
  id: 'api1',
  arn: 'arn:aws:apigateway:us-east-1::/restapis/api1',
  name: 'shop',
  description: '',
  rootResourceId: 'root',
  host: 'api1.execute-api.us-east-1.amazonaws.com',
  endpointDisabled: false,
  imported: null,
  ...change,
});

export const resource = (id: string, pathPart: string, parentId = 'root'): RestResource => ({
  ...base('aws_api_gateway_resource'),
  apiId: 'api1',
  id,
  parentId,
  pathPart,
});

export const method = (resourceId: string, httpMethod: string, change: Partial<RestMethod> = {}): RestMethod => ({
  ...base('aws_api_gateway_method'),
  apiId: 'api1',
  resourceId,
  httpMethod,
  apiKeyRequired: false,
  requestParameters: {},
  ...change,
});

export const integration = (
  resourceId: string,
  httpMethod: string,
  change: Partial<RestIntegration> = {},
): RestIntegration => ({
  ...base('aws_api_gateway_integration'),
  apiId: 'api1',
  resourceId,
  httpMethod,
  integration: 'HTTP_PROXY',
  backendMethod: httpMethod,
  uri: 'http://127.0.0.1:1/',
  isCutOff: false,
  loadBalancerArn: null,
  requestParameters: {},
  requestTemplates: {},
  passthrough: 'WHEN_NO_MATCH',
  timeoutMs: 29_000,
  ...change,
});

export const apiKey = (id: string, value: string, enabled = true): RestApiKey => ({
  ...base('aws_api_gateway_api_key'),
  id,
  arn: `arn:aws:apigateway:us-east-1::/apikeys/${id}`,
  name: id,
  description: '',
  value,
  enabled,
});

export const usagePlan = (id: string, change: Partial<RestUsagePlan> = {}): RestUsagePlan => ({
  ...base('aws_api_gateway_usage_plan'),
  id,
  arn: `arn:aws:apigateway:us-east-1::/usageplans/${id}`,
  name: id,
  description: '',
  stages: [{ apiId: 'api1', stageName: 'v1', throttles: [] }],
  throttle: null,
  quota: null,
  ...change,
});
