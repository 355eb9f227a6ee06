/** What the DAEMON scheduling strategy takes of a service, and what it leaves without effect (ECS API_CreateService). */
import type { Values } from '../../read/schema.ts';
import type { SERVICE } from '../../read/schemas/aws-ecs-service.ts';
import type { Service } from '../../topology.ts';
import type { Report } from '../report.ts';

type Given = Values<typeof SERVICE.fields>;

export interface DaemonPlace {
  readonly controller: Service['deploymentController'];
  readonly launchType: Service['launchType'];
  /** Of the service or, where it has no launch type either, of its cluster. */
  readonly hasStrategy: boolean;
}

/** Terraform does not send the minimum's default of 100, nor any maximum: ECS then takes 0 and 100. */
export const daemonPercents = (v: Given): Pick<Service, 'minimumHealthyPercent' | 'maximumPercent'> => ({
  minimumHealthyPercent: v.deployment_minimum_healthy_percent === 100 ? 0 : v.deployment_minimum_healthy_percent,
  maximumPercent: 100,
});

export function checkDaemon({ controller, launchType, hasStrategy }: DaemonPlace, v: Given, report: Report): void {
  if (controller !== 'ECS')
    report.bad(
      'scheduling_strategy',
      'DAEMON',
      `the deployment controller ${controller} does not support it`,
      'REPLICA with controllers CODE_DEPLOY and EXTERNAL (ECS API_CreateService)',
    );
  if (hasStrategy)
    report.bad(
      v.capacity_provider_strategy.length > 0 ? 'capacity_provider_strategy' : 'scheduling_strategy',
      v.capacity_provider_strategy.length > 0 ? v.capacity_provider_strategy : 'DAEMON',
      'a capacity provider strategy, the default of the cluster too, is not supported with DAEMON',
      'launch_type EC2, which takes no strategy (ECS API_CreateService)',
    );
  else if (launchType === 'FARGATE' && controller === 'ECS')
    report.bad(
      'scheduling_strategy',
      'DAEMON',
      'Fargate has no container instances to put a task on each of',
      'launch_type EC2 (ECS API_CreateService)',
    );
  if (v.ordered_placement_strategy.length > 0)
    report.bad(
      'ordered_placement_strategy',
      v.ordered_placement_strategy,
      'the daemon scheduling strategy does not support placement strategies',
      'none with DAEMON (ECS API_CreateService)',
    );
  if (v.placement_constraints.some(({ type }) => type === 'distinctInstance'))
    report.bad(
      'placement_constraints',
      v.placement_constraints,
      'there is one task an instance already',
      'memberOf alone with DAEMON',
    );
  noteUnsent(v, report);
}

/** The provider leaves these out of its calls. */
function noteUnsent(v: Given, report: Report): void {
  const unsent = [
    ...(v.desired_count > 0 ? ['desired_count'] : []),
    ...((v.deployment_maximum_percent ?? 100) === 100 ? [] : ['deployment_maximum_percent']),
  ];
  for (const name of unsent)
    report.note('no-local-effect', `${report.address}.${name}`, 'Terraform does not send it with DAEMON');
}
