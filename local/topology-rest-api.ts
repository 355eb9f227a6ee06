/** API Gateway REST APIs as typed parts of a topology (API Gateway developer guide). */
import type { Arn, ResourceBase } from './topology.ts';

/** Every collection that REST APIs are made of; part of `Topology`. */
export interface RestTopology {
  readonly restApis: readonly RestApi[];
  readonly restResources: readonly RestResource[];
  readonly restMethods: readonly RestMethod[];
  readonly restIntegrations: readonly RestIntegration[];
  readonly restMethodResponses: readonly RestMethodResponse[];
  readonly restIntegrationResponses: readonly RestIntegrationResponse[];
  readonly restGatewayResponses: readonly RestGatewayResponse[];
  readonly restDeployments: readonly RestDeployment[];
  readonly restStages: readonly RestStage[];
  readonly restMethodSettings: readonly RestMethodSettings[];
  readonly restApiKeys: readonly RestApiKey[];
  readonly restUsagePlans: readonly RestUsagePlan[];
  readonly restUsagePlanKeys: readonly RestUsagePlanKey[];
}

/** One value of a mapping or a template, read at each request (API Gateway request-response-data-mappings). */
export type RestValue =
  | { readonly from: 'text'; readonly text: string }
  /** Of the method request. */
  | { readonly from: 'path' | 'querystring' | 'header'; readonly name: string }
  /** Every value of it, with commas between them. */
  | { readonly from: 'multi-querystring' | 'multi-header'; readonly name: string }
  /** `$input.params('x')`: the path's, else the query string's, else the header's. */
  | { readonly from: 'param'; readonly name: string }
  /** Of the body: all of it with an empty path; `json` gives JSON text, `text` a string as it is. */
  | { readonly from: 'body'; readonly path: readonly string[]; readonly as: 'json' | 'text' }
  | { readonly from: 'context'; readonly name: string }
  | { readonly from: 'stage-variable'; readonly name: string }
  /** Of the integration response. */
  | { readonly from: 'response-header'; readonly name: string };

/** Values one after the other. */
export type RestTemplate = readonly RestValue[];

export interface RestApi extends ResourceBase {
  /** Ten lower-case letters and digits. */
  readonly id: string;
  readonly arn: Arn;
  readonly name: string;
  readonly description: string;
  readonly rootResourceId: string;
  /** `<id>.execute-api.<region>.amazonaws.com`. */
  readonly host: string;
  /** `disable_execute_api_endpoint`: the default endpoint refuses everybody. */
  readonly endpointDisabled: boolean;
  /** What its OpenAPI document says; null where it is built of resources alone. */
  readonly imported: ImportedRestApi | null;
}

/** Parts of an API that are no resources of Terraform: they come with the API itself. */
export interface ImportedRestApi {
  readonly resources: readonly RestResource[];
  readonly methods: readonly RestMethod[];
  readonly integrations: readonly RestIntegration[];
  readonly integrationResponses: readonly RestIntegrationResponse[];
  readonly gatewayResponses: readonly RestGatewayResponse[];
}

export interface RestResource extends ResourceBase {
  readonly apiId: string;
  readonly id: string;
  readonly parentId: string;
  /** `orders`, `{id}` or `{proxy+}`. */
  readonly pathPart: string;
}

/** Which method of which resource something belongs to. */
export interface OfRestMethod {
  readonly apiId: string;
  readonly resourceId: string;
  /** `GET` …, or `ANY`. */
  readonly httpMethod: string;
}

export interface RestMethod extends ResourceBase, OfRestMethod {
  readonly apiKeyRequired: boolean;
  /** `method.request.header.x` → whether it must be there (only checked with a validator, which is not run). */
  readonly requestParameters: Readonly<Record<string, boolean>>;
}

export type RestIntegrationType = 'HTTP_PROXY' | 'HTTP' | 'MOCK' | 'AWS_PROXY';

/** What API Gateway would say of the certificate behind an `https` integration; one it does not trust is its 500. */
export type RestTrust = 'trusted' | 'wrong-name' | 'unknown-authority';

export interface RestIntegration extends ResourceBase, OfRestMethod {
  readonly integration: RestIntegrationType;
  /** Method of the request behind; null for MOCK. */
  readonly backendMethod: string | null;
  /** With `{name}` for path parameters and `${stageVariables.name}`; null for MOCK. */
  readonly uri: string | null;
  /** Accepted with `--allow`, though it leads away from this machine: nothing is called. */
  readonly isCutOff: boolean;
  /** Load balancer that a VPC link leads to; null where the URI's host is called. */
  readonly loadBalancerArn: Arn | null;
  /** Default: trusted. */
  readonly trust?: RestTrust;
  /** `header.x`, `querystring.x`, `path.x` of the request behind. */
  readonly requestParameters: Readonly<Record<string, RestValue>>;
  /** By content type. */
  readonly requestTemplates: Readonly<Record<string, RestTemplate>>;
  readonly passthrough: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly timeoutMs: number;
}

export interface RestMethodResponse extends ResourceBase, OfRestMethod {
  readonly statusCode: number;
  /** Names of headers that an integration response may set, in lower case. */
  readonly headers: readonly string[];
}

/** A response that is made of what is behind, or of the request. */
export interface RestMappedResponse {
  /** Header → value. */
  readonly headers: Readonly<Record<string, RestValue>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, RestTemplate>>;
}

export interface RestIntegrationResponse extends ResourceBase, OfRestMethod, RestMappedResponse {
  readonly statusCode: number;
  /** Regular expression for the status behind; null: the default one. */
  readonly selectionPattern: string | null;
}

export interface RestGatewayResponse extends ResourceBase, RestMappedResponse {
  readonly apiId: string;
  /** `THROTTLED`, `DEFAULT_4XX` … */
  readonly responseType: string;
  readonly statusCode: number | null;
}

/** A picture of the API, taken when it is made. */
export interface RestDeployment extends ResourceBase {
  readonly apiId: string;
  readonly id: string;
  /** A stage that it makes itself (provider 5: `stage_name`), or null. */
  readonly stageName: string | null;
  readonly variables: Readonly<Record<string, string>>;
}

export interface RestStage extends ResourceBase {
  readonly apiId: string;
  readonly id: string;
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog: { readonly group: string; readonly format: RestTemplate } | null;
}

/** Requests a second in the long run, and at once. */
export interface RestThrottle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface RestMethodSettings extends ResourceBase {
  readonly apiId: string;
  readonly stageName: string;
  /** `/orders/{id}`, or `*` for all. */
  readonly path: string;
  /** `GET` …, or `*` for all. */
  readonly httpMethod: string;
  /** Null: the account's. */
  readonly throttle: RestThrottle | null;
  readonly detailedMetrics: boolean;
}

export interface RestApiKey extends ResourceBase {
  readonly id: string;
  readonly arn: Arn;
  readonly name: string;
  readonly description: string;
  readonly value: string;
  readonly enabled: boolean;
}

export interface RestQuota {
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
  /** Requests that the first period has less. */
  readonly offset: number;
}

export interface RestUsagePlan extends ResourceBase {
  readonly id: string;
  readonly arn: Arn;
  readonly name: string;
  readonly description: string;
  readonly stages: readonly {
    readonly apiId: string;
    readonly stageName: string;
    readonly throttles: readonly {
      readonly path: string;
      readonly httpMethod: string;
      readonly throttle: RestThrottle;
    }[];
  }[];
  readonly throttle: RestThrottle | null;
  readonly quota: RestQuota | null;
}

export interface RestUsagePlanKey extends ResourceBase {
  readonly planId: string;
  readonly keyId: string;
}
