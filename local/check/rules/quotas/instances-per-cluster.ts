import { quota } from './quota.ts';

export const instancesPerCluster = quota({
  id: 'quota-instances-per-cluster',
  max: 5000,
  what: 'container instances at most',
  per: 'a cluster',
  isAdjustable: false,
  page: 'ECS service-quotas',
  fix: 'use larger instances, or another cluster',
  count: ({ topology: t }) =>
    t.clusters.map((c) => ({
      address: c.address,
      of: c.name,
      count: t.autoScalingGroups.filter((g) => g.clusterName === c.name).reduce((sum, g) => sum + g.maxSize, 0),
    })),
});
