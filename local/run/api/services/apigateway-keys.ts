/** API keys made, changed and put into usage plans by hand (API Gateway CreateApiKey, UpdateApiKey, CreateUsagePlanKey). */
import { z } from 'zod';
import type { RestApiKey } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { RestAnswer } from '../protocols/rest.ts';
import { text } from '../schema.ts';
import { createKeyInput, membershipInput, updateKeyInput } from './apigateway-input.ts';
import { keyShape, memberShape, missing, needKey, needPlan } from './apigateway-shapes.ts';
import { madeBase } from './codedeploy-lookup.ts';

export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateApiKey: operation(createKeyInput, createKey),
  UpdateApiKey: operation(updateKeyInput, async ({ apiKey, patchOperations }, call) => {
    const key = needKey(apiKey, call);
    const changed = patchOperations.reduce(patched, key);
    await call.handlers.restApiKeys.put(changed, key, call.signal);
    return keyShape(changed, call, false);
  }),
  DeleteApiKey: operation(z.object({ apiKey: text }), async (input, call) => {
    const key = needKey(input.apiKey, call);
    const { restUsagePlanKeys, restApiKeys } = call.handlers;
    for (const membership of call.restApis.registry.all('restUsagePlanKeys').filter(({ keyId }) => keyId === key.id))
      await restUsagePlanKeys.remove(membership, call.signal);
    await restApiKeys.remove(key, call.signal);
    return new RestAnswer(202);
  }),
  CreateUsagePlanKey: operation(membershipInput, createMembership),
  DeleteUsagePlanKey: operation(z.object({ usagePlanId: text, keyId: text }), async ({ usagePlanId, keyId }, call) => {
    const found = call.restApis.registry
      .all('restUsagePlanKeys')
      .find((one) => one.planId === usagePlanId && one.keyId === keyId);
    if (!found) throw missing('Invalid API Key identifier specified');
    await call.handlers.restUsagePlanKeys.remove(found, call.signal);
    return new RestAnswer(202);
  }),
};

type Patch = z.output<typeof updateKeyInput>['patchOperations'][number];

function patched(key: RestApiKey, { path, value }: Patch): RestApiKey {
  if (path === '/name') return { ...key, name: value };
  if (path === '/description') return { ...key, description: value };
  if (value !== 'true' && value !== 'false')
    throw new ApiError('BadRequestException', `Invalid value for ${path}: must be true or false`);
  return { ...key, enabled: value === 'true' };
}

async function createKey(input: z.output<typeof createKeyInput>, call: Call): Promise<RestAnswer> {
  const value = input.value ?? call.random.hex(40);
  if (call.restApis.registry.keys.has(value)) throw new ApiError('ConflictException', 'API Key already exists', 409);
  const id = call.random.hex(10);
  const key: RestApiKey = {
    ...madeBase(call, 'aws_api_gateway_api_key', id, input.tags ?? {}),
    id,
    arn: arnAt({ ...call, accountId: '' }, 'apigateway', `/apikeys/${id}`),
    name: input.name ?? '',
    description: input.description ?? '',
    value,
    // As AWS makes them: off, unless it is said.
    enabled: input.enabled ?? false,
  };
  await call.handlers.restApiKeys.put(key, null, call.signal);
  return new RestAnswer(201, JSON.stringify(keyShape(key, call, true)));
}

async function createMembership(
  { usagePlanId, keyId }: { readonly usagePlanId: string; readonly keyId: string },
  call: Call,
): Promise<RestAnswer> {
  const [plan, key] = [needPlan(usagePlanId, call), needKey(keyId, call)];
  const plans = call.restApis.registry.plansOf(key.id);
  if (plans.some(({ id }) => id === plan.id))
    throw new ApiError('ConflictException', 'Usage Plan Key already exists for this Usage Plan', 409);
  const taken = plans.flatMap(({ stages }) => stages.map(stageKey));
  if (plan.stages.map(stageKey).some((stage) => taken.includes(stage)))
    throw new ApiError('ConflictException', 'This API Key is already in a Usage Plan for one of its API stages', 409);
  const made = {
    ...madeBase(call, 'aws_api_gateway_usage_plan_key', `${plan.id}-${key.id}`, {}),
    planId: plan.id,
    keyId: key.id,
  };
  await call.handlers.restUsagePlanKeys.put(made, null, call.signal);
  return new RestAnswer(201, JSON.stringify(memberShape(key)));
}

const stageKey = (s: { readonly apiId: string; readonly stageName: string }): string => `${s.apiId}/${s.stageName}`;
