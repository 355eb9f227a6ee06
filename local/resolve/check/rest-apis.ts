/** REST APIs as a whole: what API Gateway would refuse when they are made or deployed. */
import type { Problem } from '../../errors.ts';
import type { ResourceBase, Topology } from '../../topology.ts';
import type { OfRestMethod, RestApi, RestMethod, RestResource } from '../../topology-rest-api.ts';
import { lost, repeated, wrong } from './find.ts';
import { checkRestIntegrations, integrationsOf, named } from './rest-integrations.ts';

/** API Gateway limits: resources of an API, stages of an API. */
const MAX_RESOURCES = 300;
const MAX_STAGES = 10;

export const checkRestApis = (t: Topology): Problem[] => [
  ...owners(t),
  ...siblings(t),
  ...methods(t),
  ...t.restApis.flatMap((api) => ofApi(api, t)),
  ...checkRestIntegrations(t),
];

/** Whose API and resource each part names. */
function owners(t: Topology): Problem[] {
  const apis = new Set(t.restApis.map((api) => api.id));
  const resources = new Set([
    ...t.restApis.map((api) => `${api.id} ${api.rootResourceId}`),
    ...t.restResources.map((r) => `${r.apiId} ${r.id}`),
  ]);
  const ofMethods = [...t.restMethods, ...t.restIntegrations, ...t.restMethodResponses, ...t.restIntegrationResponses];
  const ofApis: readonly (ResourceBase & { readonly apiId: string })[] = [
    ...t.restResources,
    ...ofMethods,
    ...t.restGatewayResponses,
    ...t.restDeployments,
    ...t.restStages,
    ...t.restMethodSettings,
  ];
  const withoutApi = ofApis.filter(({ apiId }) => !apis.has(apiId));
  return [
    ...withoutApi.map((x) => lost(`${x.address}.rest_api_id`, x.apiId, 'REST API', 'aws_api_gateway_rest_api')),
    ...ofMethods
      .filter((x) => apis.has(x.apiId) && !resources.has(`${x.apiId} ${x.resourceId}`))
      .map((x) => lost(`${x.address}.resource_id`, x.resourceId, 'resource of the API', 'aws_api_gateway_resource')),
    ...t.restResources
      .filter((x) => apis.has(x.apiId) && !resources.has(`${x.apiId} ${x.parentId}`))
      .map((x) => lost(`${x.address}.parent_id`, x.parentId, 'resource of the API', 'aws_api_gateway_resource')),
  ];
}

/** CreateResource: one resource a path part, one variable a level, nothing below a greedy one. */
function siblings(t: Topology): Problem[] {
  const variable = ({ pathPart }: RestResource): boolean => pathPart.startsWith('{');
  const level = (r: RestResource): string => `${r.apiId} ${r.parentId}`;
  const byId = new Map(t.restResources.map((r) => [`${r.apiId} ${r.id}`, r]));
  return [
    ...repeated(t.restResources, (r) => `${level(r)} ${r.pathPart}`).map(([first, later]) =>
      wrong(later, 'path_part', later.pathPart, {
        message: `${first.address} has the same path`,
        rule: 'each path of an API once (API Gateway CreateResource)',
      }),
    ),
    ...repeated(t.restResources.filter(variable), level)
      .filter(([first, later]) => first.pathPart !== later.pathPart)
      .map(([first, later]) =>
        wrong(later, 'path_part', later.pathPart, {
          message: `${first.pathPart} of ${first.address} stands in the same place`,
          rule: 'one variable path part among siblings (API Gateway CreateResource)',
        }),
      ),
    ...t.restResources
      .filter((r) => byId.get(`${r.apiId} ${r.parentId}`)?.pathPart.endsWith('+}'))
      .map((r) =>
        wrong(r, 'parent_id', r.parentId, {
          message: 'its parent takes the whole rest of the path',
          rule: 'a greedy resource has no children (API Gateway CreateResource)',
        }),
      ),
  ];
}

function methods(t: Topology): Problem[] {
  const made = new Set(t.restMethods.map(named));
  const all = { restMethods: t.restMethods, restIntegrations: t.restIntegrations };
  const clashes = Object.values(all).flatMap((list) => repeated<ResourceBase & OfRestMethod>(list, named));
  return [
    ...clashes.map(([first, later]) =>
      wrong(later, 'http_method', later.httpMethod, {
        message: `${first.address} is of the same method`,
        rule: 'each method of a resource once (API Gateway PutMethod)',
      }),
    ),
    ...[...t.restIntegrations, ...t.restMethodResponses, ...t.restIntegrationResponses]
      .filter((x) => !made.has(named(x)))
      .map((x) => lost(`${x.address}.http_method`, x.httpMethod, 'method of the resource', 'aws_api_gateway_method')),
  ];
}

function ofApi(api: RestApi, t: Topology): Problem[] {
  const own = <T extends { readonly apiId: string }>(list: readonly T[]): T[] =>
    list.filter(({ apiId }) => apiId === api.id);
  const deployments = own(t.restDeployments);
  const made = [...own(t.restMethods), ...(api.imported?.methods ?? [])];
  const behind = new Set(integrationsOf(t).map(named));
  const count = own(t.restResources).length + (api.imported?.resources.length ?? 0);
  const stages = [...own(t.restStages), ...deployments.filter((d) => d.stageName !== null)];
  return [
    ...(deployments.length > 0 && made.length === 0
      ? [wrong(deployments[0] ?? api, 'rest_api_id', api.id, NO_METHODS)]
      : []),
    ...(deployments.length === 0 ? [] : made.filter((m) => !behind.has(named(m))).map(withoutIntegration)),
    ...quota(api, count, { what: 'resources', most: MAX_RESOURCES }),
    ...quota(api, stages.length, { what: 'stages', most: MAX_STAGES }),
    ...own(t.restStages)
      .filter((s) => !deployments.some((d) => d.id === s.deploymentId))
      .map((s) =>
        lost(`${s.address}.deployment_id`, s.deploymentId, 'deployment of the API', 'aws_api_gateway_deployment'),
      ),
    ...repeated(own(t.restStages), (s) => s.name).map(([first, later]) =>
      wrong(later, 'stage_name', later.name, {
        message: `${first.address} has the same name`,
        rule: 'each stage of an API once (API Gateway CreateStage)',
      }),
    ),
    ...own(t.restMethodSettings)
      .filter((s) => !stageNames(t, api.id).has(s.stageName))
      .map((s) => lost(`${s.address}.stage_name`, s.stageName, 'stage of the API', 'aws_api_gateway_stage')),
  ];
}

/** Stages of an API, those that deployments make included. */
export const stageNames = (t: Topology, apiId: string): ReadonlySet<string> =>
  new Set([
    ...t.restStages.filter((s) => s.apiId === apiId).map((s) => s.name),
    ...t.restDeployments.filter((d) => d.apiId === apiId).flatMap((d) => d.stageName ?? []),
  ]);

const NO_METHODS = {
  message: 'the API has no methods',
  rule: 'an API without methods cannot be deployed (API Gateway CreateDeployment)',
} as const;

const withoutIntegration = (method: RestMethod): Problem => ({
  code: 'MISSING_ATTRIBUTE',
  address: method.address,
  message: 'no integration is defined for the method',
  value: method.httpMethod,
  rule: 'every method of a deployed API has an integration (API Gateway CreateDeployment)',
  fix: 'add an aws_api_gateway_integration for it',
});

const quota = (api: RestApi, count: number, { what, most }: { what: string; most: number }): Problem[] =>
  count <= most
    ? []
    : [
        {
          code: 'QUOTA_EXCEEDED',
          address: api.address,
          message: `the API has ${count} ${what}`,
          value: count,
          rule: `at most ${most} ${what} an API (API Gateway limits)`,
          fix: `use fewer ${what}`,
        },
      ];
