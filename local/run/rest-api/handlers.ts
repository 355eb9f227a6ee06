/** REST APIs' side of apply: each kind of resource into the registry, what was changed by hand found again. */
import type { ResourceBase } from '../../topology.ts';
import type { RestApi, RestApiKey, RestDeployment } from '../../topology-rest-api.ts';
import { MADE_STACK } from '../api/made.ts';
import { GONE } from '../apply/decide-changes.ts';
import { ApiError, type ResourceHandler } from '../contracts.ts';
import type { RestHandlers, RestRegistry } from './registry.ts';

/** @param restApis binds and closes their endpoints, too */
export function handlersOf(registry: RestRegistry, restApis: ResourceHandler<RestApi>): RestHandlers {
  const kept = <K extends keyof RestHandlers>(kind: K): RestHandlers[K] =>
    ({
      put: (next: never, previous: never) => registry.put(kind, next, previous),
      remove: (previous: never) => registry.remove(kind, previous),
    }) as unknown as RestHandlers[K];
  const restDeployments: ResourceHandler<RestDeployment> = {
    put(next, previous) {
      // A picture is taken once: what changes afterwards is served from the next deployment on.
      if (previous === null) registry.takePicture(next);
      registry.put('restDeployments', next, previous);
    },
    remove(previous) {
      registry.dropPicture(previous);
      registry.remove('restDeployments', previous);
    },
  };
  return {
    restApis,
    restResources: kept('restResources'),
    restMethods: kept('restMethods'),
    restIntegrations: kept('restIntegrations'),
    restMethodResponses: kept('restMethodResponses'),
    restIntegrationResponses: kept('restIntegrationResponses'),
    restGatewayResponses: kept('restGatewayResponses'),
    restDeployments,
    restStages: kept('restStages'),
    restMethodSettings: kept('restMethodSettings'),
    restApiKeys: keysOf(registry),
    restUsagePlans: kept('restUsagePlans'),
    restUsagePlanKeys: {
      ...kept('restUsagePlanKeys'),
      put(next, previous) {
        const isThere =
          registry.all('restUsagePlans').some(({ id }) => id === next.planId) &&
          registry.all('restApiKeys').some(({ id }) => id === next.keyId);
        // One that was made by hand comes back after the stacks, which may have neither any more.
        if (next.stack === MADE_STACK && !isThere)
          throw new ApiError('NotFoundException', 'Invalid Usage Plan ID or API Key identifier specified', 404);
        registry.put('restUsagePlanKeys', next, previous);
      },
      drift: (applied) => (registry.all('restUsagePlanKeys').some(isSame(applied)) ? [] : [GONE]),
    },
  };
}

function keysOf(registry: RestRegistry): ResourceHandler<RestApiKey> {
  return {
    put(next, previous) {
      const other = registry.keys.get(next.value);
      // One made by hand against one of the stacks: which of them was sent could not be told.
      if (other && other.id !== next.id && other.stack !== next.stack)
        throw new ApiError('ConflictException', 'API Key already exists', 409);
      registry.put('restApiKeys', next, previous);
    },
    remove: (previous) => registry.remove('restApiKeys', previous),
    drift(applied) {
      const now = registry.all('restApiKeys').find(isSame(applied));
      return now ? (['name', 'description', 'enabled'] as const).filter((name) => now[name] !== applied[name]) : [GONE];
    },
  };
}

const isSame =
  ({ address }: ResourceBase) =>
  (other: ResourceBase): boolean =>
    other.address === address;
