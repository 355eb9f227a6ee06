/** The picture of an API that a deployment takes: routes, what is behind them, and its own answers. Pure. */
import type {
  OfRestMethod,
  RestApi,
  RestGatewayResponse,
  RestIntegration,
  RestIntegrationResponse,
  RestMethod,
  RestResource,
} from '../../topology-rest-api.ts';
import { type Route, segmentsOf } from './decide-route.ts';

/** One method of one resource, with what is behind it. */
export interface Operation {
  readonly resourceId: string;
  readonly method: RestMethod;
  readonly integration: RestIntegration;
  readonly responses: readonly RestIntegrationResponse[];
}

export interface Picture {
  readonly routes: readonly Route<Operation>[];
  readonly gatewayResponses: ReadonlyMap<string, RestGatewayResponse>;
}

/** An API's parts as they are now. */
export interface ApiParts {
  readonly resources: readonly RestResource[];
  readonly methods: readonly RestMethod[];
  readonly integrations: readonly RestIntegration[];
  readonly integrationResponses: readonly RestIntegrationResponse[];
  readonly gatewayResponses: readonly RestGatewayResponse[];
}

/** @returns a sentence in API Gateway's words where it cannot be deployed (CreateDeployment) */
export function compileApi(api: RestApi, parts: ApiParts): Picture | string {
  if (parts.methods.length === 0) return "The REST API doesn't contain any methods";
  const operations: Operation[] = [];
  for (const method of parts.methods) {
    const integration = parts.integrations.find((x) => isOf(x, method));
    if (!integration) return 'No integration defined for method';
    const responses = parts.integrationResponses.filter((x) => isOf(x, method));
    operations.push({ resourceId: method.resourceId, method, integration, responses });
  }
  const byResource = Map.groupBy(operations, ({ resourceId }) => resourceId);
  return {
    routes: [...byResource].map(([resourceId, own]) => {
      const path = pathOf(resourceId, api, parts.resources);
      return { path, segments: segmentsOf(path), methods: new Map(own.map((o) => [o.method.httpMethod, o])) };
    }),
    gatewayResponses: new Map(parts.gatewayResponses.map((r) => [r.responseType, r])),
  };
}

const isOf = (a: OfRestMethod, b: OfRestMethod): boolean =>
  a.resourceId === b.resourceId && a.httpMethod === b.httpMethod;

/** `/` for the root. A chain that does not end there, or in a circle, ends where it is lost. */
function pathOf(resourceId: string, api: RestApi, resources: readonly RestResource[]): string {
  const parts: string[] = [];
  const byId = new Map(resources.map((r) => [r.id, r]));
  for (let id = resourceId; id !== api.rootResourceId && parts.length <= resources.length; ) {
    const resource = byId.get(id);
    if (!resource) break;
    parts.unshift(resource.pathPart);
    id = resource.parentId;
  }
  return `/${parts.join('/')}`;
}
