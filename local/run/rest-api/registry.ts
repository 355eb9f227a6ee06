/** REST APIs as applied: their parts, the pictures that deployments took, stages, keys, plans, and what was used of them. */
import type { ResourceBase } from '../../topology.ts';
import type {
  RestApi,
  RestApiKey,
  RestDeployment,
  RestMethodSettings,
  RestStage,
  RestTopology,
  RestUsagePlan,
} from '../../topology-rest-api.ts';
import { ApiError, type ResourceHandler } from '../contracts.ts';
import { type ApiParts, compileApi, type Picture } from './compile-api.ts';
import type { Books, CountedUse } from './decide-admission.ts';
import type { Bucket } from './decide-throttle.ts';
import { UsageBook } from './usage.ts';

type Kind = keyof RestTopology;
type Item<K extends Kind> = RestTopology[K][number];
export type RestHandlers = { readonly [K in Kind]: ResourceHandler<Item<K>> };

/** What a stage serves. */
export interface Served {
  readonly api: RestApi;
  readonly stage: Pick<RestStage, 'name' | 'variables' | 'accessLog' | 'deploymentId'>;
  readonly picture: Picture;
}

/** Buckets of callers that were not seen for so long are full again; they need not be kept. */
const BUCKETS_KEPT = 50_000;

export class RestRegistry implements Books {
  readonly #items = new Map<Kind, Map<string, ResourceBase>>();
  readonly #pictures = new Map<string, Picture>();
  readonly buckets = new Map<string, Bucket>();
  /** What was used of plans. */
  readonly usage: UsageBook;
  #keysByValue: ReadonlyMap<string, RestApiKey> | null = null;
  #stages: ReadonlyMap<string, Served> | null = null;

  constructor(usage = new UsageBook()) {
    this.usage = usage;
  }

  get uses(): Books['uses'] {
    return this.usage.uses;
  }

  all<K extends Kind>(kind: K): readonly Item<K>[] {
    return [...(this.#items.get(kind)?.values() ?? [])] as unknown as readonly Item<K>[];
  }

  /** Keeps a resource under its identity, as the one that its address stands for. */
  put<K extends Kind>(kind: K, next: Item<K>, previous: Item<K> | null): void {
    const items = this.#items.get(kind) ?? new Map<string, ResourceBase>();
    this.#items.set(kind, items);
    if (previous && identityOf(previous) !== identityOf(next)) items.delete(identityOf(previous));
    items.set(identityOf(next), next);
    this.#changed();
  }

  remove<K extends Kind>(kind: K, previous: Item<K>): void {
    this.#items.get(kind)?.delete(identityOf(previous));
    const { id } = previous as { readonly id?: string };
    if (kind === 'restApiKeys' && id !== undefined) this.usage.forget({ keyId: id });
    if (kind === 'restUsagePlans' && id !== undefined) this.usage.forget({ planId: id });
    this.#changed();
  }

  /** @throws ApiError BadRequestException where the API cannot be deployed */
  takePicture(deployment: RestDeployment): void {
    const api = this.all('restApis').find(({ id }) => id === deployment.apiId);
    if (!api) throw new ApiError('NotFoundException', 'Invalid API identifier specified', 404);
    const picture = compileApi(api, this.partsOf(api));
    if (typeof picture === 'string') throw new ApiError('BadRequestException', picture);
    this.#pictures.set(identityOf(deployment), picture);
    this.#changed();
  }

  /** An API's parts as they are now: resources of their own, and what came with an OpenAPI document. */
  partsOf(api: RestApi): ApiParts {
    const own = <T extends { readonly apiId: string }>(items: readonly T[]): readonly T[] =>
      items.filter(({ apiId }) => apiId === api.id);
    const { imported } = api;
    return {
      resources: [...(imported?.resources ?? []), ...own(this.all('restResources'))],
      methods: [...(imported?.methods ?? []), ...own(this.all('restMethods'))],
      integrations: [...(imported?.integrations ?? []), ...own(this.all('restIntegrations'))],
      integrationResponses: [...(imported?.integrationResponses ?? []), ...own(this.all('restIntegrationResponses'))],
      gatewayResponses: [...(imported?.gatewayResponses ?? []), ...own(this.all('restGatewayResponses'))],
    };
  }

  dropPicture(deployment: RestDeployment): void {
    this.#pictures.delete(identityOf(deployment));
    this.#changed();
  }

  /** Stages of an API, by name: those that have a picture to serve. */
  served(apiId: string, stageName: string): Served | undefined {
    this.#stages ??= this.#compileStages();
    return this.#stages.get(`${apiId}/${stageName}`);
  }

  allServed(): readonly Served[] {
    this.#stages ??= this.#compileStages();
    return [...this.#stages.values()];
  }

  get keys(): ReadonlyMap<string, RestApiKey> {
    this.#keysByValue ??= new Map(this.all('restApiKeys').map((key) => [key.value, key]));
    return this.#keysByValue;
  }

  get settings(): readonly RestMethodSettings[] {
    return this.all('restMethodSettings');
  }

  plansOf(keyId: string): readonly RestUsagePlan[] {
    const ids = new Set(
      this.all('restUsagePlanKeys')
        .filter((k) => k.keyId === keyId)
        .map((k) => k.planId),
    );
    return this.all('restUsagePlans').filter(({ id }) => ids.has(id));
  }

  /** Keeps what a decision has changed. */
  keep(buckets: ReadonlyMap<string, Bucket>, use: CountedUse | null): void {
    for (const [key, bucket] of buckets) {
      this.buckets.delete(key);
      this.buckets.set(key, bucket);
    }
    for (const key of this.buckets.keys()) {
      if (this.buckets.size <= BUCKETS_KEPT) break;
      this.buckets.delete(key);
    }
    if (use) this.usage.keep(use);
  }

  #compileStages(): ReadonlyMap<string, Served> {
    const apis = new Map(this.all('restApis').map((api) => [api.id, api]));
    const deployments = this.all('restDeployments');
    const made = deployments.flatMap((d) =>
      d.stageName === null
        ? []
        : [{ apiId: d.apiId, name: d.stageName, deploymentId: d.id, variables: d.variables, accessLog: null }],
    );
    const stages = [...made, ...this.all('restStages')].flatMap((stage): [string, Served][] => {
      const api = apis.get(stage.apiId);
      const of = deployments.find((d) => d.id === stage.deploymentId && d.apiId === stage.apiId);
      const picture = of && this.#pictures.get(identityOf(of));
      return api && picture ? [[`${api.id}/${stage.name}`, { api, stage, picture }]] : [];
    });
    return new Map(stages);
  }

  #changed(): void {
    this.#keysByValue = null;
    this.#stages = null;
  }
}

/** Deployments, keys … of one address may follow each other under another id: each is a thing of its own. */
const identityOf = (resource: ResourceBase): string =>
  `${resource.address} ${(resource as ResourceBase & { readonly id?: string }).id ?? ''}`;
