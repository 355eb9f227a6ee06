/** What is behind the methods of REST APIs, and what they answer: what API Gateway would refuse of it. */
import type { Problem } from '../../errors.ts';
import type { Topology } from '../../topology.ts';
import type { OfRestMethod, RestIntegration, RestValue } from '../../topology-rest-api.ts';
import { functionArnOf } from '../kinds/rest-integrations.ts';
import { lost, wrong } from './find.ts';

export const checkRestIntegrations = (t: Topology): Problem[] => [...mappings(t), ...responses(t), ...backends(t)];

/** One for each method of a resource. */
export const named = ({ apiId, resourceId, httpMethod }: OfRestMethod): string =>
  `${apiId} ${resourceId} ${httpMethod}`;

/** Those of imported APIs too. */
export const integrationsOf = (t: Topology): readonly RestIntegration[] => [
  ...t.restIntegrations,
  ...t.restApis.flatMap(({ imported }) => imported?.integrations ?? []),
];

/** PutIntegration: a parameter that the method does not name cannot be handed on. */
function mappings(t: Topology): Problem[] {
  const all = [...t.restMethods, ...t.restApis.flatMap(({ imported }) => imported?.methods ?? [])];
  const byMethod = new Map(all.map((m) => [named(m), m]));
  return integrationsOf(t).flatMap((integration) => {
    const declared = byMethod.get(named(integration))?.requestParameters ?? {};
    return Object.entries(integration.requestParameters).flatMap(([name, value]) => {
      const source = sourceOf(value);
      if (source === null || Object.hasOwn(declared, source)) return [];
      return [
        wrong(integration, `request_parameters["integration.request.${name}"]`, source, {
          message: 'its method does not name this parameter',
          rule: `request_parameters of the method names ${source} (API Gateway PutIntegration)`,
        }),
      ];
    });
  });
}

function sourceOf(value: RestValue): string | null {
  switch (value.from) {
    case 'path':
    case 'querystring':
    case 'header':
      return `method.request.${value.from}.${value.name}`;
    case 'multi-querystring':
      return `method.request.querystring.${value.name}`;
    case 'multi-header':
      return `method.request.header.${value.name}`;
    default:
      return null;
  }
}

/** PutIntegrationResponse: its status and its headers are those of a method response. */
function responses(t: Topology): Problem[] {
  const declared = new Map(t.restMethodResponses.map((r) => [`${named(r)} ${r.statusCode}`, r]));
  return t.restIntegrationResponses.flatMap((response) => {
    const of = declared.get(`${named(response)} ${response.statusCode}`);
    if (!of)
      return [
        lost(
          `${response.address}.status_code`,
          response.statusCode,
          'method response',
          'aws_api_gateway_method_response',
        ),
      ];
    return Object.keys(response.headers)
      .filter((name) => !of.headers.includes(name.toLowerCase()))
      .map((name) =>
        wrong(response, 'response_parameters', name, {
          message: 'the method response does not name this header',
          rule: `response_parameters of ${of.address} names method.response.header.${name} (API Gateway PutIntegrationResponse)`,
        }),
      );
  });
}

function backends(t: Topology): Problem[] {
  const functions = new Set(t.functions.map((f) => f.arn));
  const balancers = new Set(t.loadBalancers.map((lb) => lb.arn));
  return integrationsOf(t).flatMap((x) => {
    const arn = x.integration === 'AWS_PROXY' && !x.isCutOff ? functionArnOf(x.uri ?? '') : null;
    return [
      ...(arn !== null && !functions.has(arn)
        ? [lost(`${x.address}.uri`, arn, 'function', 'aws_lambda_function')]
        : []),
      ...(x.loadBalancerArn !== null && !balancers.has(x.loadBalancerArn)
        ? [lost(`${x.address}.integration_target`, x.loadBalancerArn, 'load balancer', 'aws_lb')]
        : []),
    ];
  });
}
