import { ApiGatewayAccount } from '@cdktf/provider-aws/lib/api-gateway-account/index.js';
import { ApiGatewayApiKey } from '@cdktf/provider-aws/lib/api-gateway-api-key/index.js';
import { ApiGatewayDeployment } from '@cdktf/provider-aws/lib/api-gateway-deployment/index.js';
import { ApiGatewayMethodSettings } from '@cdktf/provider-aws/lib/api-gateway-method-settings/index.js';
import { ApiGatewayRestApi } from '@cdktf/provider-aws/lib/api-gateway-rest-api/index.js';
import { ApiGatewayStage } from '@cdktf/provider-aws/lib/api-gateway-stage/index.js';
import { ApiGatewayUsagePlan } from '@cdktf/provider-aws/lib/api-gateway-usage-plan/index.js';
import { ApiGatewayUsagePlanKey } from '@cdktf/provider-aws/lib/api-gateway-usage-plan-key/index.js';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association/index.js';
import type { Account } from './account.ts';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import type { GeneratedSecret } from './generated-secret.ts';
import { PropCheck } from './prop-check.ts';
import { ACCOUNT_THROTTLE, checkRestFront, type RequestRate, type RestFrontOptions } from './rest-front-options.ts';
import { checkRoutes, type RestRoute, RestRoutes } from './rest-front-routes.ts';
import { Role } from './role.ts';
import { ServiceLogs } from './service-logs.ts';

export interface RestFrontProps extends RestFrontOptions {
  /** 1–50 letters, digits, `-` and `_`: of the API, its usage plan, its key and its log group. */
  readonly name: string;
  readonly description: string;
  readonly routes: readonly RestRoute[];
  /** Load balancer behind it, `http(s)://host`. API Gateway reaches it over the internet. */
  readonly targetUrl: string;
  /** The key that clients send. Its parameter's value is taken by reference, so that it is in no JSON. */
  readonly apiKey: GeneratedSecret;
  /** Part of each path that clients use, 1–128 letters, digits and `_`. @default v1 */
  readonly stageName?: string;
  /** 50–29000 ms that the load balancer has to answer. @default 29000, the most that there is without a raised quota */
  readonly timeoutMs?: number;
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Regional web ACL of AWS WAF that requests pass. @default none */
  readonly webAclArn?: string;
  readonly account: Account;
}

/** What each line of the access log holds (API Gateway set-up-logging); the key's name, never the key. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  apiKeyId: '$context.identity.apiKeyId',
  method: '$context.httpMethod',
  path: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  latencyMs: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
} as const;

/**
 * A REST API in front of a load balancer: each method wants an API key, and a usage plan says how often that key may
 * call (API Gateway api-gateway-api-usage-plans). REST, since HTTP APIs have neither; a proxy over the internet, since a
 * VPC link of a REST API leads to network load balancers.
 */
export class RestFront extends Construct {
  /** Where clients call it, stage included, without a slash at its end. */
  readonly url: string;
  readonly apiName: string;
  readonly stageName: string;

  constructor(scope: Construct, id: string, props: RestFrontProps) {
    super(scope, id);
    validate(scope, id, props);
    const api = new ApiGatewayRestApi(this, 'api', {
      name: props.name,
      description: props.description,
      endpointConfiguration: { types: ['REGIONAL'] },
      // Changes that cannot be made in place come beside what is in use.
      lifecycle: { createBeforeDestroy: true },
    });
    const stage = this.#stage(api, this.#deployment(api, props), props);
    this.#settings(api, stage, props.stageThrottle ?? ACCOUNT_THROTTLE);
    this.#usage(api, stage, props);
    if (props.webAclArn) {
      new Wafv2WebAclAssociation(this, 'web-acl', { resourceArn: stage.arn, webAclArn: props.webAclArn });
    }
    this.url = stage.invokeUrl;
    this.apiName = props.name;
    this.stageName = stageNameOf(props);
  }

  /** A picture of the routes: without another one, a stage goes on serving the old routes. */
  #deployment(api: ApiGatewayRestApi, props: RestFrontProps): ApiGatewayDeployment {
    const { routes, targetUrl, timeoutMs = 29_000 } = props;
    const made = new RestRoutes(this, 'routes', { api, routes, targetUrl, timeoutMs });
    return new ApiGatewayDeployment(this, 'deployment', {
      restApiId: api.id,
      triggers: { routes: made.digest, target: targetUrl },
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [...made.integrations],
    });
  }

  #stage(api: ApiGatewayRestApi, deployment: ApiGatewayDeployment, props: RestFrontProps): ApiGatewayStage {
    const logs = new ServiceLogs(this, 'access-log', {
      name: `/api-gateway/${props.name}`,
      retentionDays: props.logRetentionDays,
    });
    return new ApiGatewayStage(this, 'stage', {
      restApiId: api.id,
      deploymentId: deployment.id,
      stageName: stageNameOf(props),
      accessLogSettings: { destinationArn: logs.arn, format: JSON.stringify(ACCESS_LOG) },
      dependsOn: this.#accountLogRole(props),
    });
  }

  /** API Gateway writes logs by a role of the account and region, not of the API (API Gateway set-up-logging). */
  #accountLogRole({ name, account, accountLogRole = true }: RestFrontProps): ITerraformDependable[] {
    if (!accountLogRole) return [];
    const role = new Role(this, 'log-role', {
      name: `${name}-api-logs`,
      description: 'Lets API Gateway write its logs',
      servicePrincipal: 'apigateway.amazonaws.com',
      managedPolicyArns: [account.managedPolicyArn('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    return [new ApiGatewayAccount(this, 'account', { cloudwatchRoleArn: role.arn, dependsOn: [...role.attachments] })];
  }

  #settings(api: ApiGatewayRestApi, stage: ApiGatewayStage, { ratePerSecond, burst }: RequestRate): void {
    new ApiGatewayMethodSettings(this, 'settings', {
      restApiId: api.id,
      stageName: stage.stageName,
      methodPath: '*/*',
      settings: {
        metricsEnabled: true,
        // Errors of API Gateway's own; bodies are never logged.
        loggingLevel: 'ERROR',
        dataTraceEnabled: false,
        throttlingRateLimit: ratePerSecond,
        throttlingBurstLimit: burst,
      },
    });
  }

  #usage(api: ApiGatewayRestApi, stage: ApiGatewayStage, { name, usage, apiKey }: RestFrontProps): void {
    const plan = new ApiGatewayUsagePlan(this, 'usage-plan', {
      name,
      description: 'How often the logistics platform may call',
      apiStages: [{ apiId: api.id, stage: stage.stageName }],
      throttleSettings: { rateLimit: usage.ratePerSecond, burstLimit: usage.burst },
      ...(usage.quota ? { quotaSettings: { ...usage.quota } } : {}),
    });
    const key = new ApiGatewayApiKey(this, 'key', {
      name,
      description: 'Key of the logistics platform; its value is that of the parameter',
      value: apiKey.value,
    });
    new ApiGatewayUsagePlanKey(this, 'plan-key', { usagePlanId: plan.id, keyId: key.id, keyType: 'API_KEY' });
  }
}

function stageNameOf({ stageName = 'v1' }: RestFrontProps): string {
  return stageName;
}

function validate(scope: Construct, id: string, props: RestFrontProps): void {
  const check = new PropCheck(scope, id);
  check
    .matches('name', props.name, { pattern: /^[\w-]{1,50}$/, rule: '1–50 letters, digits, hyphens and underscores' })
    .matches('stageName', props.stageName, {
      pattern: /^\w{1,128}$/,
      rule: '1–128 letters, digits and underscores (API Gateway CreateStage)',
    })
    .matches('targetUrl', props.targetUrl, {
      pattern: /^https?:\/\/[^/?#\s]+$/,
      rule: 'http(s)://host, without a path: the path is the route’s (API Gateway PutIntegration)',
    })
    .range('timeoutMs', props.timeoutMs, { min: 50, max: 29_000, unit: 'ms', source: 'API Gateway limits' });
  checkRoutes(check, props.routes);
  checkRestFront(check, '', props);
  check.done();
}
