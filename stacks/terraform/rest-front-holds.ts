/** What an account must hold of API Gateway in front of the fulfilment API (docs/production.md), read back. */
import type { ExecutionContext } from 'ava';
import type { Answer, Ask } from './ask.ts';
import { DOMAINS, type Operator, USAGE } from './operator.ts';

const NAME = 'interstella-hq';
const KEY_PARAMETER = '/interstella/fulfillment-api-key';
const ENDPOINT_PARAMETER = '/interstella/fulfillment-api-endpoint';
const STAGE = 'v1';

export async function restFrontHolds(t: ExecutionContext, ask: Ask, { webAclArn }: Operator): Promise<void> {
  const [apis, plans, keys, secret, endpoint] = await ask(
    ['apigateway', 'get_rest_apis', {}],
    ['apigateway', 'get_usage_plans', {}],
    ['apigateway', 'get_api_keys', { includeValues: true }],
    ['ssm', 'get_parameter', { Name: KEY_PARAMETER, WithDecryption: true }],
    ['ssm', 'get_parameter', { Name: ENDPOINT_PARAMETER }],
  );
  const api = only(t, apis.items);
  t.like(api, { name: NAME, endpointConfiguration: { types: ['REGIONAL'] } });
  t.is(endpoint.Parameter.Value, `https://${api.id}.execute-api.us-east-1.amazonaws.com/${STAGE}`);

  const plan = only(t, plans.items);
  const { ratePerSecond, burst, quota, period } = USAGE;
  t.like(plan, {
    apiStages: [{ apiId: api.id, stage: STAGE }],
    throttle: { rateLimit: ratePerSecond, burstLimit: burst },
    quota: { limit: quota, period },
  });
  const key = only(t, keys.items);
  // Not through t.is: a failure would print it.
  t.true(key.enabled && key.value === secret.Parameter.Value, 'the key that clients send is the parameter’s');
  const [planKeys, stages, resources, account] = await ask(
    ['apigateway', 'get_usage_plan_keys', { usagePlanId: plan.id }],
    ['apigateway', 'get_stages', { restApiId: api.id }],
    ['apigateway', 'get_resources', { restApiId: api.id, embed: ['methods'] }],
    ['apigateway', 'get_account', {}],
  );
  t.deepEqual(
    planKeys.items.map((one: Answer) => one.id),
    [key.id],
  );
  stageHolds(t, only(t, stages.item), { webAclArn });
  methodsHold(t, resources.items);
  t.true(account.cloudwatchRoleArn.endsWith(`:role/${NAME}-api-logs`));
}

function stageHolds(t: ExecutionContext, stage: Answer, { webAclArn }: { webAclArn: string }): void {
  t.like(stage, { stageName: STAGE, webAclArn });
  t.true(stage.accessLogSettings.destinationArn.endsWith(`:log-group:/api-gateway/${NAME}`));
  t.like(stage.methodSettings['*/*'], {
    throttlingRateLimit: 10_000,
    throttlingBurstLimit: 5_000,
    dataTraceEnabled: false,
  });
}

/** Each asks for the key, and hands it on to the same path behind the load balancer's own name. */
function methodsHold(t: ExecutionContext, resources: readonly Answer[]): void {
  const methods = resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries<Answer>(resourceMethods).map(([verb, { apiKeyRequired, methodIntegration: behind }]) => ({
      route: `${verb} ${path}`,
      apiKeyRequired,
      type: behind.type,
      uri: behind.uri,
      key: behind.requestParameters['integration.request.header.x-api-key'],
    })),
  );
  const through = (route: string, path: string) => ({
    route,
    apiKeyRequired: true,
    type: 'HTTP_PROXY',
    uri: `https://${DOMAINS.hq}${path}`,
    key: 'method.request.header.x-api-key',
  });
  t.deepEqual(
    methods.sort((a, b) => a.route.localeCompare(b.route)),
    [through('GET /orders/{messageId}', '/orders/{messageId}'), through('POST /orders', '/orders')],
  );
}

function only(t: ExecutionContext, found: readonly Answer[]): Answer {
  t.is(found.length, 1);
  return found[0];
}
