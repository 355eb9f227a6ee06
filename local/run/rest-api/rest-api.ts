/**
 * API Gateway's REST APIs on the plane (docs/rest-api.md). This file composes: `registry.ts` keeps what was applied,
 * `server.ts` takes requests, `exchange.ts` passes one on, `decide-*.ts` decide, `record.ts` counts.
 */
import type { RestApi } from '../../topology-rest-api.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, Endpoint, LogStore, MetricStore, ResourceHandler } from '../contracts.ts';
import type { FunctionRunner } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Place } from '../place.ts';
import type { Random } from '../random.ts';
import type { Journal } from '../topics/journal.ts';
import { createBackend } from './backend.ts';
import { currentUse, limitOf, periodEnd } from './decide-quota.ts';
import type { ExchangeContext } from './exchange.ts';
import type { Facts } from './facts.ts';
import { handlersOf } from './handlers.ts';
import { type RestHandlers, RestRegistry } from './registry.ts';
import { ApiServer } from './server.ts';
import { UsageBook, type UsageKind, useKey } from './usage.ts';

export interface RestApisOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  readonly logs: LogStore;
  readonly functions: Pick<FunctionRunner, 'invoke'>;
  readonly addresses: Pick<AddressBook, 'localise' | 'listener'> & { restApi(apiId: string): Endpoint };
  readonly place: Place;
  /** Of what is used of plans. Default: nothing outlives the plane */
  readonly journal?: Journal<UsageKind>;
}

export interface RestApis {
  readonly handlers: RestHandlers;
  readonly registry: RestRegistry;
  /** For status. */
  reading(): RestReading;
  close(): Promise<void>;
}

/** What status shows. */
export interface RestReading {
  readonly apis: readonly {
    readonly api: RestApi;
    readonly endpoint: Endpoint;
    readonly stages: readonly {
      readonly name: string;
      readonly deploymentId: string;
      /** `POST /orders` … */
      readonly methods: readonly string[];
    }[];
  }[];
  readonly usage: readonly {
    readonly plan: string;
    readonly key: string;
    readonly used: number;
    readonly limit: number;
    readonly period: string;
    /** Control time at which it begins anew. */
    readonly endsAtMs: number;
  }[];
}

/** Past so many, what was told may be told again. */
const TOLD_KEPT = 10_000;

export function createRestApis(options: RestApisOptions): RestApis {
  const { clock, events, addresses } = options;
  const registry = new RestRegistry(new UsageBook(options.journal));
  const backend = createBackend(clock);
  const servers = new Map<string, ApiServer>();
  const told = new Set<string>();
  const tellOnce = (key: string, tell: () => void): void => {
    if (told.has(key)) return;
    if (told.size >= TOLD_KEPT) told.clear();
    told.add(key);
    tell();
  };
  const context: ExchangeContext = {
    ...options,
    registry,
    backend,
    quotaUsedUp: (facts) => tellOnce(periodKey(facts, registry), () => tellUsedUp(events, facts)),
    ledAway: (facts, uri) => tellOnce(`away ${facts.served.api.id} ${uri}`, () => tellLedAway(events, facts, uri)),
  };

  const apiHandler: ResourceHandler<RestApi> = {
    async put(next, previous) {
      const endpoint = addresses.restApi(next.id);
      const known = servers.get(next.id);
      if (known && known.endpoint.host === endpoint.host && known.endpoint.port === endpoint.port) known.api = next;
      else {
        const fresh = new ApiServer(next, endpoint, context);
        await fresh.bind();
        servers.set(next.id, fresh);
        await known?.close();
      }
      registry.put('restApis', next, previous);
    },
    async remove(previous) {
      registry.remove('restApis', previous);
      const server = servers.get(previous.id);
      servers.delete(previous.id);
      await server?.close();
    },
  };

  return {
    handlers: handlersOf(registry, apiHandler),
    registry,
    reading: () => readingOf(registry, servers, clock.now()),
    async close() {
      await Promise.all([...servers.values()].map((server) => server.close()));
      servers.clear();
      backend.close();
      registry.usage.close();
    },
  };
}

function readingOf(registry: RestRegistry, servers: ReadonlyMap<string, ApiServer>, nowMs: number): RestReading {
  const keys = new Map(registry.all('restApiKeys').map((key) => [key.id, key]));
  const plans = new Map(registry.all('restUsagePlans').map((plan) => [plan.id, plan]));
  return {
    apis: [...servers.values()].map(({ api, bound }) => ({
      api,
      endpoint: bound,
      stages: registry
        .allServed()
        .filter((served) => served.api.id === api.id)
        .map(({ stage, picture }) => ({
          name: stage.name,
          deploymentId: stage.deploymentId,
          methods: picture.routes.flatMap((route) => [...route.methods.keys()].map((name) => `${name} ${route.path}`)),
        })),
    })),
    usage: registry.all('restUsagePlanKeys').flatMap(({ planId, keyId }) => {
      const [plan, key] = [plans.get(planId), keys.get(keyId)];
      if (!plan?.quota || !key) return [];
      const use = currentUse(registry.uses.get(useKey(plan.id, key.id)), plan.quota, nowMs);
      const { period } = plan.quota;
      return [
        {
          plan: plan.name,
          key: key.name,
          used: use.used,
          limit: limitOf(use, plan.quota),
          period,
          endsAtMs: periodEnd(period, nowMs),
        },
      ];
    }),
  };
}

function periodKey({ key, served }: Facts, registry: RestRegistry): string {
  const plan = registry.plansOf(key?.id ?? '').find(({ stages }) => stages.some((s) => s.apiId === served.api.id));
  const use = registry.uses.get(useKey(plan?.id ?? '', key?.id ?? ''));
  return `quota ${plan?.id} ${key?.id} ${use?.periodStartMs}`;
}

function tellUsedUp(events: EventLog, { key, served }: Facts): void {
  events.emit({
    source: 'rest-api',
    subject: served.api.name,
    code: 'REST_QUOTA_USED_UP',
    level: 'warn',
    message: `the key ${key?.name ?? ''} has used up its quota: ${served.api.name} answers it 429 Limit Exceeded`,
  });
}

function tellLedAway(events: EventLog, { served }: Facts, uri: string): void {
  events.emit({
    source: 'rest-api',
    subject: served.api.name,
    code: 'REST_LED_AWAY',
    level: 'warn',
    message: `${uri} is not on this machine and was not called: ${served.api.name} answers 504`,
  });
}
