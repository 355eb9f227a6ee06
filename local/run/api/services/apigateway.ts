/** Amazon API Gateway (REST APIs) over REST JSON: what the stacks made, usage, and keys made by hand (API Gateway API reference). */
import { z } from 'zod';
import type { RestApiKey } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { dayOf, useKey } from '../../rest-api/usage.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { RestAnswer } from '../protocols/rest.ts';
import { bool, text } from '../schema.ts';
import { createKeyInput, membershipInput, ofApi, paging, routes, usageInput } from './apigateway-input.ts';
import {
  apiShape,
  keyShape,
  keysOf,
  memberShape,
  missing,
  needApi,
  needKey,
  needPlan,
  planShape,
  stagesOf,
} from './apigateway-shapes.ts';
import { madeBase } from './codedeploy-lookup.ts';

const DEFAULT_PAGE = 25;
export const apigateway: ServiceTable = {
  name: 'apigateway',
  validationError: 'BadRequestException',
  routes,
  operations: {
    GetRestApis: operation(z.object(paging), (input, call) =>
      page(call.restApis.registry.all('restApis'), (one) => one.id, input, apiShape),
    ),
    GetRestApi: operation(ofApi, (input, call) => apiShape(needApi(input.restApiId, call))),
    GetResources: operation(z.object({ restApiId: text, embed: text.optional(), ...paging }), resources),
    GetStages: operation(z.object({ restApiId: text, deploymentId: text.optional() }), (input, call) => ({
      item: stagesOf(needApi(input.restApiId, call), call).filter(
        ({ deploymentId }) => input.deploymentId === undefined || deploymentId === input.deploymentId,
      ),
    })),
    GetStage: operation(z.object({ restApiId: text, stageName: text }), ({ restApiId, stageName }, call) => {
      const found = stagesOf(needApi(restApiId, call), call).find((stage) => stage.stageName === stageName);
      if (!found) throw missing('Invalid stage identifier specified');
      return found;
    }),
    GetDeployments: operation(ofApi, (input, call) => {
      const api = needApi(input.restApiId, call);
      const own = call.restApis.registry.all('restDeployments').filter(({ apiId }) => apiId === api.id);
      return page(
        own,
        (one) => one.id,
        input,
        ({ id }) => ({ id }),
      );
    }),
    GetApiKeys: operation(
      z.object({ includeValues: bool.optional(), name: text.optional(), ...paging }),
      ({ includeValues = false, name = '', ...input }, call) => {
        const named = call.restApis.registry.all('restApiKeys').filter((key) => key.name.startsWith(name));
        return page(
          named,
          (key) => key.id,
          input,
          (key) => keyShape(key, call, includeValues),
        );
      },
    ),
    GetApiKey: operation(z.object({ apiKey: text, includeValue: bool.optional() }), (input, call) =>
      keyShape(needKey(input.apiKey, call), call, input.includeValue ?? false),
    ),
    CreateApiKey: operation(createKeyInput, createKey),
    DeleteApiKey: operation(z.object({ apiKey: text }), async (input, call) => {
      const key = needKey(input.apiKey, call);
      const { restUsagePlanKeys, restApiKeys } = call.restApis.handlers;
      for (const membership of call.restApis.registry.all('restUsagePlanKeys').filter(({ keyId }) => keyId === key.id))
        await restUsagePlanKeys.remove(membership, call.signal);
      await restApiKeys.remove(key, call.signal);
      return new RestAnswer(202);
    }),
    GetUsagePlans: operation(z.object({ keyId: text.optional(), ...paging }), ({ keyId, ...input }, call) => {
      const { registry } = call.restApis;
      const plans = keyId === undefined ? registry.all('restUsagePlans') : registry.plansOf(keyId);
      return page(plans, (plan) => plan.id, input, planShape);
    }),
    GetUsagePlan: operation(z.object({ usagePlanId: text }), (input, call) =>
      planShape(needPlan(input.usagePlanId, call)),
    ),
    GetUsagePlanKeys: operation(z.object({ usagePlanId: text, ...paging }), (input, call) => {
      const plan = needPlan(input.usagePlanId, call);
      return page(keysOf(plan, call), (key) => key.id, input, memberShape);
    }),
    CreateUsagePlanKey: operation(membershipInput, createMembership),
    DeleteUsagePlanKey: operation(
      z.object({ usagePlanId: text, keyId: text }),
      async ({ usagePlanId, keyId }, call) => {
        const found = call.restApis.registry
          .all('restUsagePlanKeys')
          .find((one) => one.planId === usagePlanId && one.keyId === keyId);
        if (!found) throw missing(`Invalid API Key identifier specified`);
        await call.restApis.handlers.restUsagePlanKeys.remove(found, call.signal);
        return new RestAnswer(202);
      },
    ),
    GetUsage: operation(usageInput, usage),
  },
};

function page<T, S>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { position, limit = DEFAULT_PAGE }: { readonly position?: string | undefined; readonly limit?: number | undefined },
  shape: (item: T) => S,
): { item: S[]; position?: string | undefined } {
  const found = paginate(all, keyOf, { token: position, max: limit, errorCode: 'BadRequestException' });
  return { item: found.items.map(shape), position: found.next };
}

/** Of the resources as they are now, not as a stage serves them. */
function resources(
  input: {
    readonly restApiId: string;
    readonly embed?: string | undefined;
    readonly position?: string | undefined;
    readonly limit?: number | undefined;
  },
  call: Call,
): object {
  const { registry } = call.restApis;
  const api = needApi(input.restApiId, call);
  const { resources: own, methods } = registry.partsOf(api);
  const pathOf = (id: string): string => {
    const found = own.find((one) => one.id === id);
    return found ? `${pathOf(found.parentId)}/${found.pathPart}` : '';
  };
  const root = { id: api.rootResourceId, parentId: undefined, pathPart: undefined };
  return page(
    [root, ...own],
    (one) => one.id,
    input,
    ({ id, parentId, pathPart }) => {
      const names = methods.filter(({ resourceId }) => resourceId === id).map(({ httpMethod }) => [httpMethod, {}]);
      return {
        id,
        parentId,
        pathPart,
        path: pathOf(id) || '/',
        ...(names.length > 0 ? { resourceMethods: Object.fromEntries(names) } : {}),
      };
    },
  );
}

async function createKey(input: z.output<typeof createKeyInput>, call: Call): Promise<RestAnswer> {
  const { registry, handlers } = call.restApis;
  const value = input.value ?? call.random.hex(40);
  if (registry.keys.has(value)) throw new ApiError('ConflictException', 'API Key already exists', 409);
  const id = call.random.hex(10);
  const key: RestApiKey = {
    ...madeBase(call, 'aws_api_gateway_api_key', id, input.tags ?? {}),
    id,
    arn: `arn:aws:apigateway:${call.region}::/apikeys/${id}`,
    name: input.name ?? '',
    description: input.description ?? '',
    value,
    // As AWS makes them: off, unless it is said.
    enabled: input.enabled ?? false,
  };
  await handlers.restApiKeys.put(key, null, call.signal);
  return new RestAnswer(201, JSON.stringify(keyShape(key, call, true)));
}

async function createMembership(
  { usagePlanId, keyId }: { readonly usagePlanId: string; readonly keyId: string },
  call: Call,
): Promise<RestAnswer> {
  const [plan, key] = [needPlan(usagePlanId, call), needKey(keyId, call)];
  const taken = call.restApis.registry.plansOf(key.id).flatMap(({ stages }) => stages.map(stageKey));
  if (plan.stages.map(stageKey).some((stage) => taken.includes(stage)))
    throw new ApiError('ConflictException', 'This API Key is already in a Usage Plan for one of its API stages', 409);
  const made = {
    ...madeBase(call, 'aws_api_gateway_usage_plan_key', `${plan.id}-${key.id}`, {}),
    planId: plan.id,
    keyId: key.id,
  };
  await call.restApis.handlers.restUsagePlanKeys.put(made, null, call.signal);
  return new RestAnswer(201, JSON.stringify(memberShape(key)));
}

const stageKey = (s: { readonly apiId: string; readonly stageName: string }): string => `${s.apiId}/${s.stageName}`;

/** Each day of the span, used and left, as far as the plane has run (of plans with a quota). */
function usage(input: z.output<typeof usageInput>, call: Call): object {
  const plan = needPlan(input.usagePlanId, call);
  const [from, to] = [dayOf(Date.parse(input.startDate)), dayOf(Date.parse(input.endDate))];
  if (!(to >= from) || to - from > 90)
    throw new ApiError('BadRequestException', 'Usage must be queried for 1 to 90 days');
  const days = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const entries = keysOf(plan, call)
    .filter(({ id }) => input.keyId === undefined || id === input.keyId)
    .flatMap(({ id }) => {
      const seen = call.restApis.registry.daily.get(useKey(plan.id, id));
      return seen ? [[id, days.flatMap((day) => (seen.has(day) ? [seen.get(day)] : []))] as const] : [];
    });
  return {
    usagePlanId: plan.id,
    startDate: input.startDate,
    endDate: input.endDate,
    values: Object.fromEntries(entries),
  };
}
