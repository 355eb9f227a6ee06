/** Names that AWS wants unique, in a region or in what they belong to. */
import type { Problem } from '../../errors.ts';
import type { ResourceBase, Topology } from '../../topology.ts';
import { repeated } from './find.ts';

type Named = ResourceBase & { readonly name: string };

function twice<T extends Named>(
  items: readonly T[],
  what: string,
  scope: (item: T) => string = () => '',
  attribute = 'name',
): Problem[] {
  return repeated(items, (item) => `${scope(item)} ${item.name}`).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.${attribute}`,
    message: `${what} ${second.name} is declared already: ${first.address}`,
    value: second.name,
    rule: `the name of a ${what} is unique`,
    fix: 'rename one',
  }));
}

export const checkNames = (t: Topology): Problem[] => [
  ...twice(t.loadBalancers, 'load balancer'),
  ...twice(t.targetGroups, 'target group'),
  ...twice(t.clusters, 'cluster'),
  ...twice(t.capacityProviders, 'capacity provider'),
  ...twice(t.autoScalingGroups, 'Auto Scaling group'),
  ...twice(t.services, 'service', (s) => s.clusterArn),
  ...twice(t.topics, 'topic'),
  ...twice(t.queues, 'queue'),
  ...twice(t.parameters, 'parameter'),
  ...twice(t.logGroups, 'log group'),
  ...twice(t.tables, 'table'),
  ...twice(t.repositories, 'repository'),
  ...twice(t.codeDeployApplications, 'application'),
  ...twice(t.deploymentConfigs, 'deployment configuration', everywhere, 'deployment_config_name'),
  ...twice(t.deploymentGroups, 'deployment group', (g) => g.applicationName, 'deployment_group_name'),
  ...twice(t.functions, 'function', everywhere, 'function_name'),
  ...twice(t.alarms, 'alarm', everywhere, 'alarm_name'),
  ...twice(t.scalingPolicies, 'scaling policy', (p) => p.resourceId),
  ...twice(t.scheduledScalings, 'scheduled action', (s) => s.resourceId),
  ...sameKeyTwice(t),
  ...sameFamilyTwice(t),
];

const everywhere = (): string => '';

const sameKeyTwice = (t: Topology): Problem[] =>
  repeated(t.objects, (o) => JSON.stringify([o.bucket, o.key])).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.key`,
    message: `the object ${second.key} of ${second.bucket} is declared already: ${first.address}`,
    value: second.key,
    rule: 'a key is unique in its bucket',
    fix: 'rename one',
  }));

/** Two blocks of one family would be two revisions, the one made last being the latest: which one is chance. */
const sameFamilyTwice = (t: Topology): Problem[] =>
  repeated(t.taskDefinitions, (d) => d.family).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.family`,
    message: `the family ${second.family} is declared already: ${first.address}`,
    value: second.family,
    rule: 'one block a family; else which revision is the latest depends on the order of making',
    fix: 'rename one',
  }));
