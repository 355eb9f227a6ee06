import type { HouseRule } from './rule.ts';
import { block, several } from './values.ts';

export const scaledCountsLeftAlone: HouseRule = {
  id: 'scaled-counts-left-alone',
  severity: 'advice',
  rule: 'Terraform leaves the desired count of a scaled service alone, else each apply sets it back (ECS service-auto-scaling)',
  check: (estate) =>
    estate.all('aws_appautoscaling_target').flatMap((target) => {
      // service/<cluster>/<service>: the service is what stands last.
      const service = estate.follow(target, String(target.body.resource_id).split('/').at(-1));
      if (service?.type !== 'aws_ecs_service') return [];
      const ignored = several<string>(block(service.body, 'lifecycle')?.ignore_changes).map(bare);
      if (ignored.includes('desired_count') || ignored.includes('all')) return [];
      return [{ address: `${service.address}.lifecycle`, value: ignored, fix: 'ignore changes of desired_count' }];
    }),
};

/** An expression alone, as converters from HCL write it. */
function bare(name: string): string {
  return String(name).replace(/^\$\{(.*)\}$/, '$1');
}
