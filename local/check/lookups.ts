/** How the parts of a topology hang together, as several rules ask it. Pure. */
import { definitionOf } from '../resolve/check/find.ts';
import { indexed, once } from '../resolve/check/indexed.ts';
import type {
  Action,
  Arn,
  ContainerDefinition,
  DeploymentGroup,
  Listener,
  ListenerRule,
  LoadBalancer,
  ResourceBase,
  ScalableTarget,
  Service,
  TargetGroup,
  TaskDefinition,
  Topology,
} from '../topology.ts';

/** Whether Terraform leaves an attribute alone once the resource is made. */
export const ignores = ({ ignoreChanges }: Pick<ResourceBase, 'ignoreChanges'>, attribute: string): boolean =>
  ignoreChanges.includes(attribute) || ignoreChanges.includes('all');

/** A service in a target group: who is registered, on which port. */
export interface Binding {
  readonly service: Service;
  readonly definition: TaskDefinition;
  readonly container: ContainerDefinition;
  readonly group: TargetGroup;
  readonly containerPort: number;
  /** 0 where the port is chosen when the task starts. */
  readonly hostPort: number;
}

/** Every service in every target group; what is not of these stacks is left out. A blue/green pair counts as both. */
export const bindingsOf = once((t: Topology): readonly Binding[] =>
  t.services.flatMap((service) => bindings(service, t)),
);

function bindings(service: Service, t: Topology): Binding[] {
  const definition = definitionOf(service, t);
  if (!definition) return [];
  return service.loadBalancers.flatMap((lb) => {
    const container = definition.containers.find((c) => c.name === lb.containerName);
    const mapping = container?.portMappings.find((p) => p.containerPort === lb.containerPort);
    if (!container || !mapping) return [];
    return pairOf(lb.targetGroupArn, service, t).map((group) => ({
      service,
      definition,
      container,
      group,
      containerPort: lb.containerPort,
      hostPort: definition.networkMode === 'bridge' ? mapping.hostPort : lb.containerPort,
    }));
  });
}

/** Services that have tasks in a target group. */
export const servicesIn = (group: TargetGroup, t: Topology): readonly Service[] => servicesByGroup(t).get(group) ?? [];

const servicesByGroup = once((t: Topology) => {
  const found = new Map<TargetGroup, Set<Service>>();
  for (const { group, service } of bindingsOf(t)) found.set(group, (found.get(group) ?? new Set()).add(service));
  return new Map([...found].map(([group, services]) => [group, [...services]]));
});

const groupBy = indexed((g: TargetGroup) => [g.arn, g.name]);
const deploymentBy = indexed((g: DeploymentGroup) => [`${g.clusterName}/${g.serviceName}`]);
const scalableBy = indexed((target: ScalableTarget) => [target.resourceId]);

function pairOf(arn: Arn, service: Service, t: Topology): readonly TargetGroup[] {
  const alternates = service.deploymentStrategy
    ? service.loadBalancers.flatMap((lb) =>
        lb.targetGroupArn === arn ? (lb.advanced?.alternateTargetGroupArn ?? []) : [],
      )
    : [];
  const named = [arn, ...alternates, ...(deploymentGroupOf(service, t)?.targetGroupNames ?? [])];
  return [...new Set(named.flatMap((name) => groupBy(t.targetGroups, name) ?? []))];
}

export const deploymentGroupOf = (service: Service, t: Topology): DeploymentGroup | undefined =>
  deploymentBy(t.deploymentGroups, `${service.clusterName}/${service.name}`);

export const scalableTargetOf = (service: Service, t: Topology): ScalableTarget | undefined =>
  scalableBy(t.scalableTargets, `service/${service.clusterName}/${service.name}`);

/** Whether two versions of the service run side by side in full while it is deployed. */
export const runsTwice = ({ deploymentController, deploymentStrategy }: Service): boolean =>
  deploymentController === 'CODE_DEPLOY' || (deploymentController === 'ECS' && deploymentStrategy !== undefined);

/** Most tasks that the service may have: what is asked for, or what it may be scaled to. */
export const mostTasksOf = (service: Service, t: Topology): number =>
  Math.max(service.desiredCount, scalableTargetOf(service, t)?.maxCapacity ?? 0);

/** A listener's default action or a rule, with what it does. */
export interface Route {
  readonly resource: Listener | ListenerRule;
  /** The attribute that holds the actions. */
  readonly attribute: 'default_action' | 'action';
  readonly listenerArn: Arn;
  readonly actions: readonly Action[];
}

export const routesOf = once((t: Topology): readonly Route[] => [
  ...t.listeners.map((l) => ({
    resource: l,
    attribute: 'default_action' as const,
    listenerArn: l.arn,
    actions: l.defaultActions,
  })),
  ...t.rules.map((r) => ({
    resource: r,
    attribute: 'action' as const,
    listenerArn: r.listenerArn,
    actions: r.actions,
  })),
]);

/** ARNs of the target groups that the actions forward to. */
export const forwarded = (actions: readonly Action[]): Arn[] =>
  actions.flatMap((a) => (a.type === 'forward' ? a.targetGroups.map((g) => g.arn) : []));

/** Load balancers that send requests to a target group. */
export const balancersOf = (group: TargetGroup, t: Topology): readonly LoadBalancer[] =>
  balancersByGroup(t).get(group.arn) ?? [];

const balancersByGroup = once((t: Topology): ReadonlyMap<Arn, readonly LoadBalancer[]> => {
  const balancerOf = new Map(t.listeners.map((l) => [l.arn, l.loadBalancerArn]));
  const sending = new Map<Arn, Set<Arn | undefined>>();
  for (const route of routesOf(t)) {
    for (const arn of forwarded(route.actions)) {
      sending.set(arn, (sending.get(arn) ?? new Set()).add(balancerOf.get(route.listenerArn)));
    }
  }
  return new Map([...sending].map(([arn, found]) => [arn, t.loadBalancers.filter((lb) => found.has(lb.arn))]));
});

/** Where a container of a task definition is written. */
export const containerAt = (definition: TaskDefinition, container: ContainerDefinition): string =>
  `${definition.address}.container_definitions[${container.name}]`;

/** Whole plural, for messages. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Zones of subnets that these stacks declare; null where one of them is not known. */
export function zonesOf(subnetIds: readonly string[], t: Topology): string[] | null {
  const found = subnetIds.map((id) => t.subnets.find((s) => s.id === id)?.zone);
  if (found.length === 0 || found.some((zone) => zone === undefined)) return null;
  return [...new Set(found as string[])];
}
