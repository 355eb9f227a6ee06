/** REST APIs of API Gateway: resources, methods, integrations and what they answer. */

import type { Fields, Values } from '../../read/schema.ts';
import {
  REST_GATEWAY_RESPONSE,
  REST_INTEGRATION_RESPONSE,
  REST_METHOD,
  REST_METHOD_RESPONSE,
  REST_RESOURCE,
} from '../../read/schemas/aws-api-gateway.ts';
import type {
  RestGatewayResponse,
  RestIntegrationResponse,
  RestMappedResponse,
  RestMethod,
  RestMethodResponse,
  RestResource,
} from '../../topology-rest-api.ts';
import { acting, type BuildContext } from '../kind.ts';
import { type Attribute, type Computed, hex, type Names, textOf } from '../names.ts';
import type { Report } from '../report.ts';
import { readFlags, readParameters, readTemplates } from '../rest-api/read-maps.ts';

/** What a part is built of: a resource of Terraform's, or a piece of an OpenAPI document. */
export type Part<F extends Fields> = Pick<BuildContext<F>, 'base' | 'values' | 'report'>;

export const restArn = (names: Names, path: string): string =>
  `arn:${names.partition}:apigateway:${names.region}::${path}`;

/** ARN of what callers call, as Lambda's permissions name it. */
export const executionArn = (names: Names, apiId: string): string =>
  `arn:${names.partition}:execute-api:${names.region}:${names.accountId}:${apiId}`;

export const hostOf = (names: Names, apiId: string): string =>
  `${apiId}.execute-api.${names.region}.amazonaws.com${names.partition === 'aws-cn' ? '.cn' : ''}`;

/** Paths by resource id: whoever reads a child's has read its parent's id, and with it computed the parent's path. */
const paths = new WeakMap<Names, Map<string, string>>();

const resourceAttributes: Computed = (names, block, attribute) => {
  const known = paths.get(names) ?? new Map<string, string>();
  paths.set(names, known);
  const id = hex(block.address, 6);
  const path = `${known.get(textOf(attribute('parent_id'))) ?? ''}/${textOf(attribute('path_part'))}`;
  known.set(id, path);
  return { id, path };
};

const resource = acting(
  REST_RESOURCE,
  'restResources',
  resourceAttributes,
  ({ base, values: v, computed }): RestResource => ({
    ...base,
    apiId: v.rest_api_id,
    id: computed('id'),
    parentId: v.parent_id,
    pathPart: v.path_part,
  }),
);

/** `agm-…`, `agi-…`: made of what the thing belongs to. */
export const ofMethodId =
  (prefix: string, ...more: string[]): Computed =>
  (_names, _block, attribute: Attribute) => {
    const parts = ['rest_api_id', 'resource_id', 'http_method', ...more].map((name) => textOf(attribute(name)));
    return { id: [prefix, ...parts].join('-') };
  };

export function buildMethod({ base, values: v, report }: Part<typeof REST_METHOD.fields>): RestMethod {
  const requestParameters = readFlags(v.request_parameters, { report, attribute: 'request_parameters' });
  for (const name of Object.keys(requestParameters))
    if (!/^method\.request\.(path|querystring|header)\.[^\s]+$/.test(name))
      report.bad(
        'request_parameters',
        name,
        'it names no parameter',
        'method.request.path|querystring|header.NAME (API Gateway PutMethod)',
      );
  return {
    ...base,
    apiId: v.rest_api_id,
    resourceId: v.resource_id,
    httpMethod: v.http_method,
    apiKeyRequired: v.api_key_required,
    requestParameters,
  };
}

const method = acting(REST_METHOD, 'restMethods', ofMethodId('agm'), buildMethod);

const HEADERS = {
  response: {
    pattern: /^method\.response\.header\.([\w.!#$%&'*+^`|~-]+)$/,
    rule: 'method.response.header.NAME (API Gateway PutIntegrationResponse)',
  },
  gateway: {
    pattern: /^gatewayresponse\.header\.([\w.!#$%&'*+^`|~-]+)$/,
    rule: 'gatewayresponse.header.NAME (API Gateway PutGatewayResponse)',
  },
} as const;

const methodResponse = acting(
  REST_METHOD_RESPONSE,
  'restMethodResponses',
  ofMethodId('agmr', 'status_code'),
  ({ base, values: v, report }): RestMethodResponse => {
    const flags = readFlags(v.response_parameters, { report, attribute: 'response_parameters' });
    return {
      ...base,
      apiId: v.rest_api_id,
      resourceId: v.resource_id,
      httpMethod: v.http_method,
      statusCode: Number(v.status_code),
      headers: Object.keys(flags).flatMap((name) => {
        const header = HEADERS.response.pattern.exec(name)?.[1];
        if (header) return [header.toLowerCase()];
        report.bad('response_parameters', name, 'it names no header', HEADERS.response.rule);
        return [];
      }),
    };
  },
);

export function buildIntegrationResponse({
  base,
  values: v,
  report,
}: Part<typeof REST_INTEGRATION_RESPONSE.fields>): RestIntegrationResponse {
  if (v.selection_pattern && !isPattern(v.selection_pattern))
    report.bad('selection_pattern', v.selection_pattern, 'it is no regular expression', 'a regular expression');
  return {
    ...base,
    apiId: v.rest_api_id,
    resourceId: v.resource_id,
    httpMethod: v.http_method,
    statusCode: Number(v.status_code),
    selectionPattern: v.selection_pattern === '' ? null : v.selection_pattern,
    ...mappedOf(v, 'response', report),
  };
}

const integrationResponse = acting(
  REST_INTEGRATION_RESPONSE,
  'restIntegrationResponses',
  ofMethodId('agir', 'status_code'),
  buildIntegrationResponse,
);

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

export const buildGatewayResponse = ({
  base,
  values: v,
  report,
}: Part<typeof REST_GATEWAY_RESPONSE.fields>): RestGatewayResponse => ({
  ...base,
  apiId: v.rest_api_id,
  responseType: v.response_type,
  statusCode: v.status_code ? Number(v.status_code) : null,
  ...mappedOf(v, 'gateway', report),
});

/** What a response is made of, from its parameters and templates. */
function mappedOf(
  given: Pick<Values<typeof REST_GATEWAY_RESPONSE.fields>, 'response_parameters' | 'response_templates'>,
  side: keyof typeof HEADERS,
  report: Report,
): RestMappedResponse {
  const attribute = 'response_parameters';
  return {
    headers: readParameters(given.response_parameters, HEADERS[side], side, { report, attribute }),
    templates: readTemplates(given.response_templates, { report, attribute: 'response_templates' }),
  };
}

const gatewayResponse = acting(
  REST_GATEWAY_RESPONSE,
  'restGatewayResponses',
  (_names, _block, attribute) => ({
    id: `aggr-${textOf(attribute('rest_api_id'))}-${textOf(attribute('response_type'))}`,
  }),
  buildGatewayResponse,
);

export const REST_API_KINDS = [resource, method, methodResponse, integrationResponse, gatewayResponse];
