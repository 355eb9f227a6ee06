/** Integrations: what is behind a method, and how a request is made of the caller's (API Gateway PutIntegration). */
import { REST_INTEGRATION } from '../../read/schemas/aws-api-gateway.ts';
import type { Arn } from '../../topology.ts';
import type { RestIntegration } from '../../topology-rest-api.ts';
import { acting, type BuildContext } from '../kind.ts';
import { bareName, namesOf } from '../rest-api/names-of.ts';
import { readParameters, readTemplates } from '../rest-api/read-maps.ts';
import { trustOf } from '../rest-api/trust.ts';
import { hostOf, ofMethodId, type Part } from './rest-apis.ts';

type Context = Part<typeof REST_INTEGRATION.fields> & Pick<BuildContext<never>, 'names' | 'all' | 'isAllowed'>;

const PARAMETERS = {
  pattern: /^integration\.request\.((?:path|querystring|header)\.[\w.!#$%&'*+^`|~-]+)$/,
  rule: 'integration.request.path|querystring|header.NAME (API Gateway PutIntegration)',
} as const;

const HTTP_URI = /^(https?):\/\/([^/?#\s:]+)(?::(\d{1,5}))?([/?][^\s]*)?$/;
const FUNCTION_URI =
  /^arn:[\w-]+:apigateway:[\w-]+:lambda:path\/\d{4}-\d\d-\d\d\/functions\/(arn:[\w-]+:lambda:[^/]+)\/invocations$/;
/** One machine: hosts that need no stack to be there. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3})$/;

/** The function's ARN in the URI of an AWS_PROXY integration; null where it names none. */
export const functionArnOf = (uri: string): string | null => FUNCTION_URI.exec(uri)?.[1] ?? null;

export function buildIntegration(context: Context): RestIntegration {
  const { base, values: v, report } = context;
  return {
    ...base,
    apiId: v.rest_api_id,
    resourceId: v.resource_id,
    httpMethod: v.http_method,
    integration: v.type,
    backendMethod: v.type === 'MOCK' ? null : backendMethodOf(context),
    uri: v.type === 'MOCK' ? null : v.uri,
    isCutOff: isCutOff(context),
    loadBalancerArn: linkedBalancer(context),
    ...trusted(context),
    requestParameters: readParameters(v.request_parameters, PARAMETERS, 'request', {
      report,
      attribute: 'request_parameters',
    }),
    requestTemplates: readTemplates(v.request_templates, { report, attribute: 'request_templates' }),
    passthrough: v.passthrough_behavior,
    timeoutMs: v.timeout_milliseconds,
  };
}

function backendMethodOf({ values: v, report }: Context): string | null {
  if (v.integration_http_method === null)
    report.missing('integration_http_method', `an ${v.type} integration needs one (API Gateway PutIntegration)`);
  if (v.type === 'AWS_PROXY' && v.integration_http_method !== 'POST')
    report.bad(
      'integration_http_method',
      v.integration_http_method,
      'a function is invoked by POST',
      'POST, whatever the method of the API (API Gateway set-up-lambda-proxy-integrations)',
    );
  return v.integration_http_method;
}

/** Whether it leads away from this machine and was accepted all the same. */
function isCutOff(context: Context): boolean {
  const { values: v, report, base, isAllowed } = context;
  if (v.type === 'MOCK') return false;
  if (v.uri === null) {
    report.missing('uri', `an ${v.type} integration needs one (API Gateway PutIntegration)`);
    return false;
  }
  const why = outsideOf(v.uri, context);
  if (why === null) return false;
  if (isAllowed) {
    report.note('allowed', base.address, `${why.message}; it was accepted with --allow, and its method answers 504`);
    return true;
  }
  report.problem('UNSUPPORTED_ATTRIBUTE', 'uri', {
    ...why,
    value: v.uri,
    fix: `lead it to a load balancer or function of these stacks, or accept that it answers 504: --allow ${base.address.replace(/\.body\..*$/s, '')}`,
  });
  return false;
}

function outsideOf(uri: string, context: Context): { readonly message: string; readonly rule: string } | null {
  if (context.values.type === 'AWS_PROXY')
    return functionArnOf(uri)
      ? null
      : {
          message: 'it invokes no function',
          rule: 'the invoke_arn of an aws_lambda_function (API Gateway PutIntegration); other services are not called here',
        };
  if (/^https?:\/\/[^/]*\$\{stageVariables\./.test(uri)) return null; // looked at when it is called
  const [, , host] = HTTP_URI.exec(uri) ?? [];
  if (host === undefined)
    return { message: 'it is no URI of HTTP', rule: 'http(s)://HOST[:PORT][/PATH] (API Gateway PutIntegration)' };
  // Behind a VPC link the host is only said: where it leads is the load balancer's business.
  if (context.values.integration_target !== null || isHere(host.toLowerCase(), context)) return null;
  return {
    message: `requests to ${host} would leave this machine`,
    rule: 'only what these stacks run is called, by a name of its own or by one that an aws_route53_record of theirs leads to it',
  };
}

/** What API Gateway would say of the certificate; nothing where it would say nothing. */
function trusted({ values: v, all, base, report }: Context): Pick<RestIntegration, 'trust'> {
  const [, scheme, named = '', port = '443'] = HTTP_URI.exec(v.uri ?? '') ?? [];
  const host = named.toLowerCase();
  const loadBalancerArn = v.integration_target ?? balancerOf(host, all);
  if (scheme !== 'https' || loadBalancerArn === null) return {};
  const skipsVerification = v.tls_config?.insecure_skip_verification ?? false;
  const trust = trustOf({ host, port: Number(port), loadBalancerArn, skipsVerification }, all);
  if (trust === 'trusted') return {};
  const why =
    trust === 'wrong-name'
      ? `no certificate of its listener is for ${host}`
      : 'its certificate is of a private authority, and tls_config.insecure_skip_verification is not set';
  report.note(
    'approximated',
    `${base.address}.uri`,
    `${why}: API Gateway does not trust it, and its method answers 500`,
  );
  return { trust };
}

/** The load balancer that a name leads to. */
function balancerOf(host: string, all: Context['all']): Arn | null {
  const found = all('aws_lb', 'aws_alb').find(({ json }) => hasName(String(json['dns_name'] ?? ''), host, all));
  return found ? String(found.json['arn'] ?? '') : null;
}

const hasName = (dnsName: string, host: string, all: Context['all']): boolean =>
  bareName(dnsName) === host || namesOf(dnsName, all).includes(host);

function isHere(host: string, { all, names }: Context): boolean {
  const apis = all('aws_api_gateway_rest_api').map(({ json }) => hostOf(names, String(json['id'] ?? '')));
  return LOOPBACK.test(host) || balancerOf(host, all) !== null || apis.includes(host);
}

/**
 * The load balancer of a VPC link. A link of REST APIs themselves leads to network load balancers, and is not followed here;
 * one of version 2 leads to the application load balancer that the integration names (API Gateway set-up-private-integration).
 */
function linkedBalancer({ values: v, report }: Context): Arn | null {
  if (v.connection_type !== 'VPC_LINK') {
    if (v.integration_target !== null)
      report.bad(
        'integration_target',
        v.integration_target,
        'it is called over the internet',
        'only with connection_type VPC_LINK (API Gateway PutIntegration)',
      );
    return null;
  }
  if (v.connection_id === null)
    report.missing('connection_id', 'the VPC link that it goes through (API Gateway PutIntegration)');
  if (v.integration_target !== null) return v.integration_target;
  report.problem('UNSUPPORTED_ATTRIBUTE', 'integration_target', {
    message: 'its VPC link leads to a network load balancer',
    value: v.connection_id,
    rule: 'links to network load balancers are not followed here; an aws_apigatewayv2_vpc_link leads to the application load balancer of integration_target',
    fix: 'set integration_target to the ARN of an aws_lb',
  });
  return null;
}

const integration = acting(REST_INTEGRATION, 'restIntegrations', ofMethodId('agi'), buildIntegration);

export const REST_INTEGRATION_KINDS = [integration];
