/** Application load balancers as targets of network load balancers (ELB application-load-balancer-target). Pure. */
import type { Arn, TargetGroup } from '../../../topology.ts';
import type { AddressBook, Target } from '../../contracts.ts';
import type { LoadBalancerRuntime } from '../listener.ts';

/** Those of a group whose load balancer is there: it is reached where its listener is bound. */
export function albTargetsOf(
  group: TargetGroup,
  loadBalancers: ReadonlyMap<Arn, LoadBalancerRuntime>,
  addresses: Pick<AddressBook, 'listener'>,
): readonly Target[] {
  return (group.network?.albTargets ?? []).flatMap(({ loadBalancerArn, port }) => {
    const lb = loadBalancers.get(loadBalancerArn);
    if (!lb) return [];
    const endpoint = addresses.listener(loadBalancerArn, port);
    return [{ id: loadBalancerArn, port, endpoint, zone: 'all', securityGroupIds: lb.definition.securityGroupIds }];
  });
}

/** Those that a change of the group leaves out. */
export function goneAlbTargets(
  before: TargetGroup | undefined,
  next: TargetGroup,
): readonly { readonly id: Arn; readonly port: number }[] {
  const kept = next.network?.albTargets ?? [];
  return (before?.network?.albTargets ?? [])
    .filter((old) => !kept.some((one) => one.loadBalancerArn === old.loadBalancerArn && one.port === old.port))
    .map(({ loadBalancerArn, port }) => ({ id: loadBalancerArn, port }));
}
