/** Small helpers of the checks over a whole topology. */
import type { Problem } from '../../errors.ts';
import type { Action, Arn, ResourceBase, Service, TaskDefinition, Topology } from '../../topology.ts';
import { indexed } from './indexed.ts';

/** Pairs (first, later) of items with the same key. */
export function repeated<T extends ResourceBase>(items: readonly T[], key: (item: T) => string): (readonly [T, T])[] {
  const seen = new Map<string, T>();
  return items.flatMap((item) => {
    const first = seen.get(key(item));
    if (!first) seen.set(key(item), item);
    return first ? [[first, item] as const] : [];
  });
}

/** A reference that leads to no resource of the topology. */
export const lost = (address: string, value: unknown, what: string, type: string): Problem => ({
  code: 'DANGLING_REFERENCE',
  address,
  message: `there is no such ${what}`,
  value,
  rule: `it names an ${type} of these stacks`,
  fix: `refer to an ${type} of these stacks`,
});

/** A value of a resource that breaks a rule. */
export const wrong = (
  resource: ResourceBase,
  path: string,
  value: unknown,
  { message, rule }: { readonly message: string; readonly rule: string },
): Problem => ({
  code: 'INVALID_ATTRIBUTE',
  address: `${resource.address}.${path}`,
  message,
  value: value ?? null,
  rule,
  fix: `set ${path.split('.').at(-1)} to what the rule allows`,
});

/** Whether one of the actions forwards to the target group, with whatever weight. */
export const forwardsTo = (actions: readonly Action[], arn: Arn): boolean =>
  actions.some((a) => a.type === 'forward' && a.targetGroups.some((g) => g.arn === arn));

const definitionBy = indexed((d: TaskDefinition) => [d.arn, `${d.family}:${d.revision}`, d.family]);

/** By ARN, `family:revision`, or family alone, as ECS takes it. */
export function definitionOf(service: Service, t: Topology): TaskDefinition | undefined {
  const name = service.taskDefinitionArn.split('/').at(-1) ?? '';
  return definitionBy(t.taskDefinitions, service.taskDefinitionArn) ?? definitionBy(t.taskDefinitions, name);
}

export const byArn = <T extends { readonly arn: Arn }>(items: readonly T[]): ReadonlyMap<Arn, T> =>
  new Map(items.map((item) => [item.arn, item]));
