/** What alarms and dashboards look at: a load balancer and the services behind it. */
import type { ScalableService } from './scalable-service.ts';

export interface WatchedService {
  /** As text, for names and titles. */
  readonly label: string;
  readonly scalable: ScalableService;
  readonly clusterName: string;
  /** One group, or the pair of a blue/green service. */
  readonly targetGroupArnSuffixes: readonly string[];
}

export interface WatchedServices {
  readonly loadBalancerArnSuffix: string;
  readonly services: readonly WatchedService[];
}

export function serviceDimensions({ clusterName, scalable }: WatchedService): Record<string, string> {
  return { ClusterName: clusterName, ServiceName: scalable.name };
}
