import type { Construct } from '../modules/cdktf.ts';
import { ClusterStack } from './cluster-stack.ts';
import { HqStack } from './hq-stack.ts';
import { LogisticsEdgeStack } from './logistics-edge-stack.ts';
import { LOGISTICS_SERVICES } from './logistics-services.ts';
import { LogisticsServicesStack } from './logistics-services-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import { RegistryStack } from './registry-stack.ts';
import type { Settings } from './settings.ts';
import { TopicsStack } from './topics-stack.ts';

/** The logistics system (Interstella) at one stage, inside an existing network. */
export function addLogistics(scope: Construct, settings: Settings, { network }: NetworkStack): void {
  const { environment, stage, tags, providerVersion } = settings;
  const common = { environment, providerVersion, system: 'logistics' };
  const id = (suffix: string): string => `${environment.name}-${suffix}`;

  const registry = new RegistryStack(scope, id('registry'), { ...common, services: LOGISTICS_SERVICES });
  const topics = new TopicsStack(scope, id('topics'), common);
  const edge = new LogisticsEdgeStack(scope, id('edge'), { ...common, network });
  const cluster = new ClusterStack(scope, id('cluster'), {
    ...common,
    network,
    instanceSecurityGroupId: edge.instanceSecurityGroupId,
  });
  const hq = new HqStack(scope, id('hq'), {
    ...common,
    network,
    repository: registry.repository('hq'),
    imageTag: tags.hq ?? 'latest',
  });
  const services = new LogisticsServicesStack(scope, id('services'), {
    ...common,
    stage,
    tags,
    network,
    cluster,
    registry,
    edge,
    topics,
  });
  // An order of deployment, not a reference: the services read HQ's parameters when their tasks start.
  services.addDependency(hq);
}
