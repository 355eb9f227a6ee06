/** The routes of a REST front: a resource for each path, a method with its key, a proxy to the same path behind it. */
import { createHash } from 'node:crypto';
import { ApiGatewayIntegration } from '@cdktf/provider-aws/lib/api-gateway-integration/index.js';
import { ApiGatewayMethod } from '@cdktf/provider-aws/lib/api-gateway-method/index.js';
import { ApiGatewayResource } from '@cdktf/provider-aws/lib/api-gateway-resource/index.js';
import type { ApiGatewayRestApi } from '@cdktf/provider-aws/lib/api-gateway-rest-api/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import type { PropCheck } from './prop-check.ts';

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/orders` or `/orders/{messageId}`; braces name what a client puts there. */
  readonly path: string;
}

export interface RestRoutesProps {
  readonly api: ApiGatewayRestApi;
  readonly routes: readonly RestRoute[];
  /** Where requests go, `http(s)://host` without a slash at its end; the path is the route's. */
  readonly targetUrl: string;
  /** 50–29000 ms that the target has to answer. */
  readonly timeoutMs: number;
}

const PARAMETER = /^\{(\w+)\}$/;

/** Notes routes that API Gateway would not take, or that would be two of one kind. */
export function checkRoutes(check: PropCheck, routes: readonly RestRoute[]): void {
  check.that(routes.length > 0, {
    prop: 'routes',
    value: [],
    rule: 'at least one: an API without methods cannot be deployed (API Gateway CreateDeployment)',
    fix: 'name what clients may call',
  });
  for (const { path } of routes) {
    check.matches('routes.path', path, {
      pattern: /^(\/([\w.-]+|\{\w+\}))+$/,
      rule: 'a path such as /orders/{messageId}, without a slash at its end (API Gateway CreateResource)',
    });
  }
  const named = routes.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
  check.that(new Set(named).size === named.length, {
    prop: 'routes',
    value: named,
    rule: 'each method of a path once (API Gateway PutMethod)',
    fix: 'leave one of them out',
  });
}

export class RestRoutes extends Construct {
  /** What a deployment takes a picture of, and so waits for. */
  readonly integrations: readonly ITerraformDependable[];
  /** Changes with whatever the routes are made of, but for the target's address, which Terraform may only know later. */
  readonly digest: string;
  readonly #api: ApiGatewayRestApi;
  readonly #made: unknown[] = [];
  readonly #resources = new Map<string, ApiGatewayResource>();

  constructor(scope: Construct, id: string, { api, routes, targetUrl, timeoutMs }: RestRoutesProps) {
    super(scope, id);
    this.#api = api;
    this.integrations = routes.map((route) => this.#route(route, targetUrl, timeoutMs));
    this.digest = createHash('sha256').update(JSON.stringify(this.#made)).digest('hex');
  }

  #route(route: RestRoute, targetUrl: string, timeoutMilliseconds: number): ApiGatewayIntegration {
    const parts = route.path.split('/').slice(1);
    const at = { restApiId: this.#api.id, resourceId: this.#resource(parts).id, httpMethod: route.method };
    const parameters = ['header.x-api-key', ...parametersOf(parts).map((name) => `path.${name}`)];
    const label = labelOf([route.method, ...parts]);
    const method = {
      authorization: 'NONE',
      apiKeyRequired: true,
      // A parameter that the method does not name cannot be handed on (API Gateway request-response-data-mappings).
      requestParameters: Object.fromEntries(parameters.map((name) => [`method.request.${name}`, true])),
    };
    const integration = {
      type: 'HTTP_PROXY',
      integrationHttpMethod: route.method,
      connectionType: 'INTERNET',
      // The service behind asks for the key too: nobody gets past the front by the load balancer's name.
      requestParameters: Object.fromEntries(
        parameters.map((name) => [`integration.request.${name}`, `method.request.${name}`]),
      ),
      timeoutMilliseconds,
    };
    this.#made.push({ route, method, integration });
    return new ApiGatewayIntegration(this, `integration-${label}`, {
      ...at,
      ...integration,
      uri: `${targetUrl}${route.path}`,
      dependsOn: [new ApiGatewayMethod(this, `method-${label}`, { ...at, ...method })],
    });
  }

  #resource(parts: readonly string[]): ApiGatewayResource {
    const label = labelOf(parts);
    const known = this.#resources.get(label);
    if (known) return known;
    const above = parts.slice(0, -1);
    const resource = new ApiGatewayResource(this, `resource-${label}`, {
      restApiId: this.#api.id,
      parentId: above.length > 0 ? this.#resource(above).id : this.#api.rootResourceId,
      pathPart: parts.at(-1) as string,
    });
    this.#resources.set(label, resource);
    return resource;
  }
}

/** Names of what clients put into a path. */
function parametersOf(parts: readonly string[]): string[] {
  return parts.flatMap((part) => PARAMETER.exec(part)?.[1] ?? []);
}

/** Braces are no part of a construct's name. */
function labelOf(parts: readonly string[]): string {
  return parts.map((part) => part.replace(PARAMETER, 'by-$1')).join('-');
}
