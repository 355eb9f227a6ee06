/** API keys and usage plans as a whole (API Gateway api-gateway-api-usage-plans). */
import type { Problem } from '../../errors.ts';
import type { Topology } from '../../topology.ts';
import { lost, repeated, wrong } from './find.ts';
import { stageNames } from './rest-apis.ts';

export const checkRestUsage = (t: Topology): Problem[] => [...keys(t), ...plans(t), ...memberships(t), ...overlaps(t)];

/** Values are never shown. */
const keys = (t: Topology): Problem[] =>
  repeated(t.restApiKeys, (key) => key.value).map(([first, later]) =>
    wrong(later, 'value', null, {
      message: `${first.address} has the same value`,
      rule: 'no two API keys have the same value (API Gateway CreateApiKey)',
    }),
  );

function plans(t: Topology): Problem[] {
  const apis = new Set(t.restApis.map((api) => api.id));
  return t.restUsagePlans.flatMap((plan) =>
    plan.stages.flatMap((s) => {
      if (!apis.has(s.apiId))
        return [lost(`${plan.address}.api_stages.api_id`, s.apiId, 'REST API', 'aws_api_gateway_rest_api')];
      if (stageNames(t, s.apiId).has(s.stageName)) return [];
      return [lost(`${plan.address}.api_stages.stage`, s.stageName, 'stage of the API', 'aws_api_gateway_stage')];
    }),
  );
}

function memberships(t: Topology): Problem[] {
  const plansById = new Set(t.restUsagePlans.map((plan) => plan.id));
  const keysById = new Set(t.restApiKeys.map((key) => key.id));
  return t.restUsagePlanKeys.flatMap((x) => [
    ...(plansById.has(x.planId)
      ? []
      : [lost(`${x.address}.usage_plan_id`, x.planId, 'usage plan', 'aws_api_gateway_usage_plan')]),
    ...(keysById.has(x.keyId) ? [] : [lost(`${x.address}.key_id`, x.keyId, 'API key', 'aws_api_gateway_api_key')]),
  ]);
}

/** A key is in one plan for a stage: API Gateway would not know which one to count by. */
function overlaps(t: Topology): Problem[] {
  const byId = new Map(t.restUsagePlans.map((plan) => [plan.id, plan]));
  const taken = new Map<string, string>();
  return t.restUsagePlanKeys.flatMap((membership) => {
    const stages = byId.get(membership.planId)?.stages ?? [];
    return stages.flatMap(({ apiId, stageName }) => {
      const key = `${membership.keyId} ${apiId} ${stageName}`;
      const first = taken.get(key);
      taken.set(key, membership.address);
      if (first === undefined || first === membership.address) return [];
      return [
        wrong(membership, 'usage_plan_id', membership.planId, {
          message: `${first} puts the key into another plan of the stage ${stageName}`,
          rule: 'one usage plan for a key and a stage (API Gateway CreateUsagePlanKey)',
        }),
      ];
    });
  });
}
