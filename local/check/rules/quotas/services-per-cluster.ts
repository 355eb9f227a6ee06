import { quota } from './quota.ts';

export const servicesPerCluster = quota({
  id: 'quota-services-per-cluster',
  max: 5000,
  what: 'services',
  per: 'a cluster',
  isAdjustable: true,
  page: 'ECS service-quotas',
  fix: 'use another cluster',
  count: ({ topology: t }) =>
    t.clusters.map((c) => ({
      address: c.address,
      of: c.name,
      count: t.services.filter((s) => s.clusterArn === c.arn).length,
    })),
});
