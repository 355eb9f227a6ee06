import { groupsOf } from '../../../resolve/check/capacity.ts';
import type { Service, Topology } from '../../../topology.ts';
import type { Rule } from '../../contracts.ts';
import { zonesOf } from '../../lookups.ts';

export const singleZone: Rule = {
  id: 'single-zone',
  severity: 'warning',
  text: 'tasks of one service belong in at least two availability zones: a zone may fail as a whole',
  page: 'ECS task-placement: spread over availability zones',
  fix: 'give it subnets of another zone',
  find: ({ topology: t }) =>
    t.services.flatMap((s) => {
      const zones = zonesOfService(s, t);
      if (zones?.length !== 1) return [];
      const address =
        s.subnetIds.length > 0
          ? `${s.address}.network_configuration.subnets`
          : (groupsOf(s, t)[0]?.address ?? s.address);
      return [{ address, message: `every task of ${s.name} is in ${zones[0]}`, value: zones }];
    }),
};

function zonesOfService(s: Service, t: Topology): string[] | null {
  if (s.subnetIds.length > 0) return zonesOf(s.subnetIds, t);
  if (s.launchType !== 'EC2') return null;
  const groups = groupsOf(s, t);
  // Subnets of elsewhere: the resolver then takes the region's first zone.
  const isKnown = groups.every((g) => areKnown(g.attributes['vpc_zone_identifier'], t));
  return isKnown ? [...new Set(groups.flatMap((g) => g.zones))] : null;
}

const areKnown = (subnets: unknown, t: Topology): boolean =>
  !Array.isArray(subnets) || subnets.every((id) => t.subnets.some((s) => s.id === id));
