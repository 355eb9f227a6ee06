/** Clusters and capacity providers (ECS developer guide: clusters, cluster-auto-scaling). */

import type { Values } from '../../read/schema.ts';
import type { STRATEGY_ITEM } from '../../read/schemas/aws-ecs-cluster.ts';
import { CAPACITY_PROVIDER, CLUSTER, CLUSTER_CAPACITY_PROVIDERS } from '../../read/schemas/aws-ecs-cluster.ts';
import type { CapacityProvider, CapacityProviderStrategyItem, Cluster } from '../../topology.ts';
import { acting, type BuildContext, contributing, type Evaluated } from '../kind.ts';
import { arnOf, textOf } from '../names.ts';
import type { Report } from '../report.ts';

export const strategyItem = (v: Values<typeof STRATEGY_ITEM>): CapacityProviderStrategyItem => ({
  capacityProvider: v.capacity_provider,
  weight: v.weight,
  base: v.base,
});

/** At most one item has a base, and some item has a weight (ECS cluster-capacity-providers). */
export function checkStrategy(items: readonly CapacityProviderStrategyItem[], report: Report, path: string): void {
  if (items.filter((i) => i.base > 0).length > 1)
    report.bad(path, items.length, 'more than one item has a base', 'at most one base in a strategy');
  if (items.length > 0 && items.every((i) => i.weight === 0) && items.every((i) => i.base === 0))
    report.bad(path, 0, 'every weight is 0', 'one weight above 0');
}

type Attachment = Values<typeof CLUSTER_CAPACITY_PROVIDERS.fields>;

/** What is attached to a cluster. */
export const attachmentsOf = (clusterName: string, all: (type: string) => readonly Evaluated[]): Attachment[] =>
  all('aws_ecs_cluster_capacity_providers')
    .map((e) => e.values as Attachment)
    .filter((v) => v.cluster_name === clusterName);

const cluster = acting(
  CLUSTER,
  'clusters',
  (names, _block, attribute) => {
    const arn = arnOf(names, 'ecs', `cluster/${textOf(attribute('name'))}`);
    return { arn, id: arn };
  },
  ({ base, values, computed, report, all }: BuildContext<typeof CLUSTER.fields>): Cluster => {
    const attached = attachmentsOf(values.name, all);
    const defaultStrategy = attached.flatMap((a) => a.default_capacity_provider_strategy.map(strategyItem));
    checkStrategy(defaultStrategy, report, 'default_capacity_provider_strategy');
    return {
      ...base,
      arn: computed('arn'),
      name: values.name,
      capacityProviders: attached.flatMap((a) => a.capacity_providers),
      defaultStrategy,
    };
  },
);

const attachment = contributing(CLUSTER_CAPACITY_PROVIDERS, (_names, _block, attribute) => ({
  id: textOf(attribute('cluster_name')),
}));

const capacityProvider = acting(
  CAPACITY_PROVIDER,
  'capacityProviders',
  (names, _block, attribute) => {
    const arn = arnOf(names, 'ecs', `capacity-provider/${textOf(attribute('name'))}`);
    return { arn, id: arn };
  },
  ({ base, values, computed, report }): CapacityProvider => {
    const group = values.auto_scaling_group_provider;
    const scaling = group.managed_scaling;
    const minimumStep = scaling?.minimum_scaling_step_size ?? 1;
    const maximumStep = scaling?.maximum_scaling_step_size ?? 10_000;
    if (minimumStep > maximumStep)
      report.bad(
        'auto_scaling_group_provider.managed_scaling.minimum_scaling_step_size',
        minimumStep,
        `it is above maximum_scaling_step_size (${maximumStep})`,
        'minimum ≤ maximum',
      );
    return {
      ...base,
      arn: computed('arn'),
      name: values.name,
      autoScalingGroupArn: group.auto_scaling_group_arn,
      managedScaling: {
        enabled: scaling?.status === 'ENABLED',
        targetCapacityPercent: scaling?.target_capacity ?? 100,
        minimumStep,
        maximumStep,
        warmupSeconds: scaling?.instance_warmup_period ?? 300,
      },
      managedTerminationProtection: group.managed_termination_protection === 'ENABLED',
      managedDraining: group.managed_draining === 'ENABLED',
    };
  },
);

export const CLUSTER_KINDS = [cluster, attachment, capacityProvider];
