/** How API Gateway shows its things, and how they are found. */
import type { RestApi, RestApiKey, RestUsagePlan } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { Call } from '../operation.ts';

export const missing = (message: string): ApiError => new ApiError('NotFoundException', message, 404);

export function needApi(id: string, call: Call): RestApi {
  const found = call.restApis.registry.all('restApis').find((api) => api.id === id);
  if (!found) throw missing('Invalid API identifier specified');
  return found;
}

export function needKey(id: string, call: Call): RestApiKey {
  const found = call.restApis.registry.all('restApiKeys').find((key) => key.id === id);
  if (!found) throw missing('Invalid API Key identifier specified');
  return found;
}

export function needPlan(id: string, call: Call): RestUsagePlan {
  const found = call.restApis.registry.all('restUsagePlans').find((plan) => plan.id === id);
  if (!found) throw missing('Invalid Usage Plan ID specified');
  return found;
}

export const apiShape = (api: RestApi): object => ({
  id: api.id,
  name: api.name,
  description: api.description === '' ? undefined : api.description,
  rootResourceId: api.rootResourceId,
  apiKeySource: 'HEADER',
  disableExecuteApiEndpoint: api.endpointDisabled,
  tags: api.tags,
});

interface StageShape {
  readonly stageName: string;
  readonly deploymentId: string;
}

export function stagesOf(api: RestApi, call: Call): readonly StageShape[] {
  const { registry } = call.restApis;
  return registry
    .allServed()
    .filter((served) => served.api.id === api.id)
    .map(({ stage }) => ({
      stageName: stage.name,
      deploymentId: stage.deploymentId,
      variables: stage.variables,
      cacheClusterEnabled: false,
      tracingEnabled: false,
      methodSettings: Object.fromEntries(
        registry.settings
          .filter((s) => s.apiId === api.id && s.stageName === stage.name)
          .map((s) => [
            `${s.path === '*' ? '*' : s.path}/${s.httpMethod}`,
            {
              metricsEnabled: s.detailedMetrics,
              throttlingRateLimit: s.throttle?.ratePerSecond,
              throttlingBurstLimit: s.throttle?.burst,
            },
          ]),
      ),
    }));
}

export function keyShape(key: RestApiKey, call: Call, withValue: boolean): object {
  const { registry } = call.restApis;
  return {
    id: key.id,
    name: key.name,
    description: key.description === '' ? undefined : key.description,
    enabled: key.enabled,
    value: withValue ? key.value : undefined,
    stageKeys: registry.plansOf(key.id).flatMap((plan) => plan.stages.map((s) => `${s.apiId}/${s.stageName}`)),
    tags: key.tags,
  };
}

export const planShape = (plan: RestUsagePlan): object => ({
  id: plan.id,
  name: plan.name,
  description: plan.description === '' ? undefined : plan.description,
  apiStages: plan.stages.map((s) => ({ apiId: s.apiId, stage: s.stageName })),
  throttle: plan.throttle ? { rateLimit: plan.throttle.ratePerSecond, burstLimit: plan.throttle.burst } : undefined,
  quota: plan.quota ?? undefined,
  tags: plan.tags,
});

export const memberShape = (key: RestApiKey): object => ({
  id: key.id,
  type: 'API_KEY',
  name: key.name,
  value: key.value,
});

export function keysOf(plan: RestUsagePlan, call: Call): readonly RestApiKey[] {
  const { registry } = call.restApis;
  const ids = new Set(
    registry
      .all('restUsagePlanKeys')
      .filter((k) => k.planId === plan.id)
      .map((k) => k.keyId),
  );
  return registry.all('restApiKeys').filter(({ id }) => ids.has(id));
}
