/**
 * Carries changes out against the controllers, in dependency order and side by side where nothing forbids it
 * (Terraform walks its graph the same way, ten at a time). What was applied is kept per resource, so that a failed
 * apply leaves a truthful record and the next one goes on from there.
 */
import { CutoverError, type Problem } from '../../errors.ts';
import { COLLECTIONS } from '../../resolve/build.ts';
import type { Collection } from '../../resolve/kind.ts';
import type { Address, ResourceBase, Topology } from '../../topology.ts';
import type { Change, ResourceHandler } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { type Drift, decideChanges, resourcesOf } from './decide-changes.ts';

/** Handlers by topology collection; a collection without one has no local effect. */
export type Handlers = Partial<Record<Collection, ResourceHandler<never>>>;

export interface Progress {
  readonly change: Change;
  readonly phase: 'started' | 'done' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly error?: string;
}

export interface ApplyResult {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

interface Next {
  readonly resources: ReadonlyMap<Address, ResourceBase>;
  readonly collections: ReadonlyMap<Address, Collection>;
}

/** Terraform's default -parallelism is 10; the plane's waits cost nothing, so it need not queue them. */
const PARALLELISM = 32;

export interface Applier {
  /** What is applied now, by address. */
  applied(): ReadonlyMap<Address, ResourceBase>;
  plan(next: Topology): readonly Change[];
  /** Runs to the end or to the first failures (what is under way finishes, what depends on a failure is not begun). */
  apply(next: Topology, signal: AbortSignal, onProgress?: (progress: Progress) => void): Promise<ApplyResult>;
}

export function createApplier(handlers: Handlers, events: EventLog): Applier {
  const applied = new Map<Address, ResourceBase>();
  const collectionOf = new Map<Address, Collection>();

  const handlerOf = (collection: Collection | undefined): ResourceHandler<ResourceBase> | null =>
    (collection ? (handlers[collection] as unknown as ResourceHandler<ResourceBase>) : null) ?? null;

  async function perform(change: Change, next: Next, signal: AbortSignal): Promise<void> {
    const { address } = change;
    const previous = change.action === 'create' ? null : (applied.get(address) ?? null);
    const resource = next.resources.get(address);
    if (change.action === 'delete') {
      if (previous) await handlerOf(collectionOf.get(address))?.remove(previous, signal);
      applied.delete(address);
      collectionOf.delete(address);
      return;
    }
    const collection = next.collections.get(address);
    if (!resource || !collection) return;
    // What is replaced under another identity is a new thing beside the old one; the old one goes when all puts are done.
    await handlerOf(collection)?.put(resource, isAnother(previous, resource, change, next) ? null : previous, signal);
    applied.set(address, resource);
    collectionOf.set(address, collection);
  }

  /** Whether the next resource is not the previous one changed: another identity, or of another controller. */
  const isAnother = (
    previous: ResourceBase | null,
    resource: ResourceBase,
    { action, address }: Change,
    next: Next,
  ): boolean =>
    previous !== null &&
    ((action === 'replace' && identityOf(previous) !== identityOf(resource)) ||
      collectionOf.get(address) !== next.collections.get(address));

  /** What Terraform's refresh would find: only handlers whose things can be changed from outside have an answer. */
  function refresh(): Drift {
    return new Map(
      [...applied.values()].flatMap((resource) => {
        const names = handlerOf(collectionOf.get(resource.address))?.drift?.(resource) ?? [];
        return names.length > 0 ? [[resource.address, names] as const] : [];
      }),
    );
  }

  return {
    applied: () => applied,
    plan: (next) => decideChanges(applied, next, refresh()),
    async apply(next, signal, onProgress) {
      const changes = decideChanges(applied, next, refresh());
      const after: Next = { resources: resourcesOf(next), collections: collectionsOf(next) };
      const replaced = changes.flatMap((change) => {
        const previous = applied.get(change.address);
        const resource = after.resources.get(change.address);
        if (!previous || !resource || !isAnother(previous, resource, change, after)) return [];
        return [{ change, previous, handler: handlerOf(collectionOf.get(change.address)) }];
      });
      const problems: Problem[] = [];
      let done = 0;
      const run = async (change: Change): Promise<boolean> => {
        onProgress?.({ change, phase: 'started', done, total: changes.length });
        try {
          signal.throwIfAborted();
          await perform(change, after, signal);
        } catch (error) {
          problems.push(...problemsOf(error, change));
          const message = error instanceof Error ? error.message : String(error);
          events.emit({ source: 'apply', subject: change.address, code: 'RESOURCE_FAILED', level: 'error', message });
          onProgress?.({ change, phase: 'failed', done, total: changes.length, error: message });
          return false;
        }
        done += 1;
        const message = `${change.address}: ${PAST[change.action]}`;
        events.emit({
          source: 'apply',
          subject: change.address,
          code: 'RESOURCE_APPLIED',
          message,
          data: { ...change },
        });
        onProgress?.({ change, phase: 'done', done, total: changes.length });
        return true;
      };
      const puts = changes.filter((change) => change.action !== 'delete');
      const deletes = changes.filter((change) => change.action === 'delete');
      await walk(puts, (address) => after.resources.get(address)?.dependsOn ?? [], run);
      if (problems.length === 0) {
        for (const { change, previous, handler } of replaced.reverse()) {
          try {
            await handler?.remove(previous, signal);
          } catch (error) {
            problems.push(...problemsOf(error, change));
          }
        }
        for (const change of deletes) await run(change);
        // Only the order moved for resources whose dependencies changed: keep the newest record of each.
        for (const [address, resource] of after.resources) if (applied.has(address)) applied.set(address, resource);
      }
      return { changes, problems };
    },
  };
}

const PAST: Readonly<Record<Change['action'], string>> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
};

/** Runs each change once all changes it depends on, also through unchanged resources between them, have succeeded. */
async function walk(
  changes: readonly Change[],
  dependsOn: (address: Address) => readonly Address[],
  run: (change: Change) => Promise<boolean>,
): Promise<void> {
  const results = new Map<Address, Promise<boolean>>();
  let running = 0;
  const queue: (() => void)[] = [];
  const slot = async (): Promise<void> => {
    if (running >= PARALLELISM) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
  };
  const release = (): void => {
    running -= 1;
    queue.shift()?.();
  };
  const behind = new Map<Address, ReadonlySet<Promise<boolean>>>();
  const waitsFor = (address: Address): ReadonlySet<Promise<boolean>> => {
    const known = behind.get(address);
    if (known) return known;
    const found = new Set<Promise<boolean>>();
    behind.set(address, found);
    for (const dependency of dependsOn(address)) {
      const result = results.get(dependency);
      if (result) found.add(result);
      else for (const further of waitsFor(dependency)) found.add(further);
    }
    return found;
  };
  const start = async (change: Change): Promise<boolean> => {
    const oks = await Promise.all(waitsFor(change.address));
    if (oks.includes(false)) return false;
    await slot();
    try {
      return await run(change);
    } finally {
      release();
    }
  };
  // Changes arrive in topological order, so each dependency's promise is there before its dependants ask.
  for (const change of changes) results.set(change.address, start(change));
  await Promise.all(results.values());
}

const collectionsOf = (topology: Topology): ReadonlyMap<Address, Collection> =>
  new Map(COLLECTIONS.flatMap((name) => topology[name].map(({ address }) => [address, name] as const)));

/** ARN, else id, else name: what tells one real thing from another. */
function identityOf(resource: ResourceBase): string {
  const named = resource as ResourceBase & { arn?: string; id?: string; name?: string };
  return named.arn ?? named.id ?? named.name ?? resource.address;
}

function problemsOf(error: unknown, change: Change): readonly Problem[] {
  if (error instanceof CutoverError) return error.problems.map((p) => ({ ...p, address: p.address ?? change.address }));
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: 'APPLY_FAILED', address: change.address, message }];
}
