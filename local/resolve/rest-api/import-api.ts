/**
 * OpenAPI 3 and Swagger 2 documents with API Gateway's extensions → the parts of a REST API, by the same tables and builders
 * as resources of their own (API Gateway api-gateway-swagger-extensions).
 */
import { isObject, type Json } from '../../read/json.ts';
import type { Fields, Schema } from '../../read/schema.ts';
import {
  REST_GATEWAY_RESPONSE,
  REST_INTEGRATION,
  REST_INTEGRATION_RESPONSE,
  REST_METHOD,
  REST_RESOURCE,
} from '../../read/schemas/aws-api-gateway.ts';
import type { ResourceBase } from '../../topology.ts';
import type {
  ImportedRestApi,
  RestGatewayResponse,
  RestIntegration,
  RestIntegrationResponse,
  RestMethod,
  RestResource,
} from '../../topology-rest-api.ts';
import { decode } from '../decode.ts';
import type { BuildContext } from '../kind.ts';
import { buildGatewayResponse, buildIntegrationResponse, buildMethod, type Part } from '../kinds/rest-apis.ts';
import { buildIntegration } from '../kinds/rest-integrations.ts';
import { hex } from '../names.ts';

type Context = Pick<BuildContext<never>, 'base' | 'report' | 'names' | 'all' | 'isAllowed'> & {
  readonly id: string;
  readonly rootResourceId: string;
};

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'x-amazon-apigateway-any-method'];
const INTEGRATION = 'x-amazon-apigateway-integration';
/** What a document may ask for and is not run. */
const NOT_RUN = [
  'x-amazon-apigateway-request-validator',
  'x-amazon-apigateway-authorizer',
  'x-amazon-apigateway-authtype',
  'x-amazon-apigateway-auth',
];

export function importApi(body: unknown, context: Context): ImportedRestApi {
  const { report } = context;
  if (!isObject(body) || !isObject(body['paths'])) {
    report.bad(
      'body',
      typeof body,
      'it is no OpenAPI document',
      'an OpenAPI 3 or Swagger 2 document with paths, in JSON or YAML',
    );
    return { resources: [], methods: [], integrations: [], integrationResponses: [], gatewayResponses: [] };
  }
  return new Importer(body, context).imported(body['paths']);
}

class Importer {
  readonly #document: Json;
  readonly #context: Context;
  readonly #resources = new Map<string, RestResource>();
  readonly #methods: RestMethod[] = [];
  readonly #integrations: RestIntegration[] = [];
  readonly #responses: RestIntegrationResponse[] = [];

  constructor(document: Json, context: Context) {
    this.#document = document;
    this.#context = context;
  }

  imported(paths: Json): ImportedRestApi {
    this.#refuse(this.#document, 'body');
    for (const [path, item] of Object.entries(paths)) {
      const resourceId = this.#resource(path.split('/').filter((part) => part !== ''));
      if (!isObject(item)) continue;
      for (const name of METHODS) {
        const operation = item[name];
        if (isObject(operation)) this.#operation(operation, { path, name, resourceId, shared: item['parameters'] });
      }
    }
    return {
      resources: [...this.#resources.values()],
      methods: this.#methods,
      integrations: this.#integrations,
      integrationResponses: this.#responses,
      gatewayResponses: this.#gatewayResponses(),
    };
  }

  /** Makes those above it, too. */
  #resource(parts: readonly string[]): string {
    if (parts.length === 0) return this.#context.rootResourceId;
    const path = `/${parts.join('/')}`;
    const known = this.#resources.get(path);
    if (known) return known.id;
    const parent = this.#resource(parts.slice(0, -1));
    const id = hex(`${this.#context.base.address} ${path}`, 6);
    const at = `body.paths["${path}"]`;
    const { base, values: v } = this.#part(REST_RESOURCE, at, { parent_id: parent, path_part: parts.at(-1) });
    this.#resources.set(path, { ...base, apiId: v.rest_api_id, id, parentId: v.parent_id, pathPart: v.path_part });
    return id;
  }

  #operation(
    operation: Json,
    { path, name, resourceId, shared }: { path: string; name: string; resourceId: string; shared: unknown },
  ): void {
    const at = `body.paths["${path}"].${name}`;
    const httpMethod = name.startsWith('x-') ? 'ANY' : name.toUpperCase();
    const of = { resource_id: resourceId, http_method: httpMethod };
    this.#refuse(operation, at);
    const method = this.#part(REST_METHOD, at, {
      ...of,
      authorization: 'NONE',
      api_key_required: this.#wantsKey(operation, at),
      request_parameters: Object.fromEntries(parametersOf([shared, operation['parameters']]).map((one) => [one, true])),
    });
    this.#methods.push(buildMethod(method));
    const integration = operation[INTEGRATION];
    if (!isObject(integration)) return;
    const behind = this.#part(REST_INTEGRATION, `${at}.${INTEGRATION}`, {
      ...of,
      type: typeof integration['type'] === 'string' ? integration['type'].toUpperCase() : integration['type'],
      integration_http_method: integration['httpMethod'],
      uri: integration['uri'],
      connection_type: integration['connectionType'],
      connection_id: integration['connectionId'],
      integration_target: integration['integrationTarget'],
      tls_config: tlsConfigOf(integration['tlsConfig']),
      request_parameters: integration['requestParameters'],
      request_templates: integration['requestTemplates'],
      passthrough_behavior:
        typeof integration['passthroughBehavior'] === 'string'
          ? integration['passthroughBehavior'].toUpperCase()
          : undefined,
      timeout_milliseconds: integration['timeoutInMillis'],
      content_handling: integration['contentHandling'],
    });
    this.#integrations.push(buildIntegration({ ...this.#context, ...behind }));
    for (const [pattern, response] of Object.entries(
      isObject(integration['responses']) ? integration['responses'] : {},
    )) {
      if (!isObject(response)) continue;
      const made = this.#part(REST_INTEGRATION_RESPONSE, `${at}.${INTEGRATION}.responses["${pattern}"]`, {
        ...of,
        status_code: response['statusCode'],
        selection_pattern: pattern === 'default' ? undefined : pattern,
        response_parameters: response['responseParameters'],
        response_templates: response['responseTemplates'],
      });
      this.#responses.push(buildIntegrationResponse(made));
    }
  }

  /** Security of the operation, else of the document: API keys act, anything else would be open. */
  #wantsKey(operation: Json, at: string): boolean {
    const security = operation['security'] ?? this.#document['security'] ?? [];
    const names = (Array.isArray(security) ? security : []).flatMap((one) => (isObject(one) ? Object.keys(one) : []));
    const { components } = this.#document;
    const schemes =
      (isObject(components) ? components['securitySchemes'] : this.#document['securityDefinitions']) ?? {};
    return names
      .map((name) => {
        const scheme = isObject(schemes) ? schemes[name] : undefined;
        if (isObject(scheme) && scheme['type'] === 'apiKey' && String(scheme['name']).toLowerCase() === 'x-api-key')
          return !this.#refuse(scheme, `${at}.security`);
        this.#context.report.problem('UNSUPPORTED_ATTRIBUTE', `${at}.security`, {
          message: `the security scheme ${name} is not run here`,
          value: name,
          rule: 'nobody is authenticated here: only API keys in x-api-key act',
          fix: 'rehearse with API keys',
        });
        return false;
      })
      .some((isKey) => isKey);
  }

  #gatewayResponses(): readonly RestGatewayResponse[] {
    const given = this.#document['x-amazon-apigateway-gateway-responses'];
    return Object.entries(isObject(given) ? given : {}).flatMap(([type, response]) => {
      if (!isObject(response)) return [];
      const made = this.#part(REST_GATEWAY_RESPONSE, `body.x-amazon-apigateway-gateway-responses.${type}`, {
        response_type: type,
        status_code: response['statusCode'],
        response_parameters: response['responseParameters'],
        response_templates: response['responseTemplates'],
      });
      return [buildGatewayResponse(made)];
    });
  }

  /** @returns whether something was refused */
  #refuse(where: Json, at: string): boolean {
    const found = NOT_RUN.filter((name) => where[name] !== undefined && where[name] !== 'NONE');
    for (const name of found)
      this.#context.report.problem('UNSUPPORTED_ATTRIBUTE', `${at}.${name}`, {
        message: 'it is known, and not available here',
        value: where[name],
        rule: 'requests are neither validated nor authenticated here, but for API keys',
        fix: 'remove it from what is run locally',
      });
    return found.length > 0;
  }

  /** A piece of the document, read by the table of the resource that it stands for. */
  #part<F extends Fields>({ fields, types }: Schema<F>, at: string, json: Readonly<Record<string, unknown>>): Part<F> {
    const { base, report, id } = this.#context;
    const type = types[0] ?? '';
    const own = report.about(`${base.address}.${at}`, type);
    const given = Object.fromEntries(
      Object.entries({ rest_api_id: id, ...json }).filter(([, value]) => value !== undefined),
    );
    const made: ResourceBase = {
      ...base,
      address: `${base.address}.${at}`,
      type,
      attributes: {},
      tags: {},
      ignoreChanges: [],
    };
    return { base: made, values: decode(fields, given as Json, own), report: own };
  }
}

const PLACES: Readonly<Record<string, string>> = { path: 'path', query: 'querystring', header: 'header' };

/** `method.request.path.id` … of the parameters that are written out. */
function parametersOf(lists: readonly unknown[]): readonly string[] {
  return lists
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .flatMap((one: unknown) => {
      if (!isObject(one)) return [];
      const place = PLACES[String(one['in'])];
      return place ? [`method.request.${place}.${String(one['name'])}`] : [];
    });
}

const tlsConfigOf = (given: unknown): unknown =>
  isObject(given) ? { insecure_skip_verification: given['insecureSkipVerification'] } : given;
