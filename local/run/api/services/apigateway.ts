/** Amazon API Gateway (REST APIs) over REST JSON: what the stacks made, usage, and keys made by hand (API Gateway API reference). */
import { z } from 'zod';
import type { RestMethod } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { dayOf, usageOf, useKey } from '../../rest-api/usage.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, text } from '../schema.ts';
import { ofApi, paging, routes, usageInput } from './apigateway-input.ts';
import { keyOperations } from './apigateway-keys.ts';
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
    ...keyOperations,
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
      const names = methods
        .filter(({ resourceId }) => resourceId === id)
        .map((method) => [method.httpMethod, input.embed === 'methods' ? methodShape(method) : {}]);
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

const methodShape = ({ httpMethod, apiKeyRequired, requestParameters }: RestMethod): object => ({
  httpMethod,
  authorizationType: 'NONE',
  apiKeyRequired,
  ...(Object.keys(requestParameters).length > 0 ? { requestParameters } : {}),
});

/** Each day of the span, used and left, of the keys that used something of a plan with a quota; none after today. */
function usage(input: z.output<typeof usageInput>, call: Call): object {
  const plan = needPlan(input.usagePlanId, call);
  const [from, to] = [dayOf(Date.parse(input.startDate)), dayOf(Date.parse(input.endDate))];
  if (!(to >= from) || to - from > 90)
    throw new ApiError('BadRequestException', 'Usage must be queried for 1 to 90 days');
  const span = { from, to, today: dayOf(call.clock.now()) };
  const { quota } = plan;
  const rows = keysOf(plan, call)
    .filter(({ id }) => input.keyId === undefined || id === input.keyId)
    .flatMap(({ id }) => {
      const seen = call.restApis.registry.usage.days(useKey(plan.id, id));
      return seen && quota ? [[id, usageOf(seen, quota, span)] as const] : [];
    });
  const { item, position } = page(
    rows,
    ([id]) => id,
    input,
    (row) => row,
  );
  const { startDate, endDate } = input;
  return { usagePlanId: plan.id, startDate, endDate, position, values: Object.fromEntries(item) };
}
