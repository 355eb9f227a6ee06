import { EcsService, type EcsServiceConfig } from '@cdktf/provider-aws/lib/ecs-service/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';
import type { ScalableService } from './scalable-service.ts';
import type { TaskDefinition } from './task-definition.ts';

export interface RollingServiceProps {
  readonly name: string;
  readonly clusterArn: string;
  readonly taskDefinition: TaskDefinition;
  readonly targetGroupArn: string;
  readonly desiredCount: number;
  /** Something else sets the number of tasks afterwards, so Terraform leaves it alone. @default false */
  readonly autoscaled?: boolean;
  /** Tasks kept running during a deployment, percent of desired, rounded up, 0–100. @default 100 */
  readonly minimumHealthyPercent?: number;
  /** Tasks that may run during a deployment, percent of desired, rounded down, 100–200. @default 200 */
  readonly maximumPercent?: number;
  /** Load balancer health is ignored for so long after a task starts, 0–2147483647 s. @default 30 */
  readonly healthCheckGracePeriodSeconds?: number;
  /** Where and on what it runs: launch type or capacity provider, network, placement. */
  readonly launch: Pick<
    EcsServiceConfig,
    | 'launchType'
    | 'platformVersion'
    | 'capacityProviderStrategy'
    | 'networkConfiguration'
    | 'orderedPlacementStrategy'
    | 'placementConstraints'
  >;
  /** What must be there, or steady, before this service is created or changed. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * An ECS service behind a target group, deployed by rolling update with circuit breaker and roll-back. Terraform waits for
 * its steady state, so whatever depends on it comes only when it serves.
 */
export class RollingService extends Construct {
  readonly name: string;
  /** The service as a dependency: done when it is steady. */
  readonly service: EcsService;
  readonly scalable: ScalableService;

  constructor(scope: Construct, id: string, props: RollingServiceProps) {
    super(scope, id);
    validate(scope, id, props);
    const { desiredCount, autoscaled = false } = props;
    this.service = new EcsService(this, 'service', {
      name: props.name,
      cluster: props.clusterArn,
      taskDefinition: props.taskDefinition.arn,
      desiredCount,
      ...props.launch,
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
      deploymentMinimumHealthyPercent: props.minimumHealthyPercent ?? 100,
      deploymentMaximumPercent: props.maximumPercent ?? 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriodSeconds: props.healthCheckGracePeriodSeconds ?? 30,
      loadBalancer: [
        {
          targetGroupArn: props.targetGroupArn,
          containerName: props.taskDefinition.containerName,
          containerPort: props.taskDefinition.containerPort,
        },
      ],
      propagateTags: 'SERVICE',
      waitForSteadyState: true,
      timeouts: { create: '20m', update: '20m', delete: '20m' },
      lifecycle: autoscaled ? { ignoreChanges: ['desired_count'] } : undefined,
      dependsOn: [...(props.after ?? [])],
    });
    this.name = props.name;
    this.scalable = {
      name: this.service.name,
      controller: 'ECS',
      autoscaled,
      desiredCount,
      cpuUnits: props.taskDefinition.cpuUnits,
      after: [],
    };
  }
}

function validate(scope: Construct, id: string, props: RollingServiceProps): void {
  const { minimumHealthyPercent: least = 100, maximumPercent: most = 200, desiredCount } = props;
  const room = Math.floor((desiredCount * most) / 100) > Math.ceil((desiredCount * least) / 100);
  new PropCheck(scope, id)
    .matches('name', props.name, {
      pattern: /^[\w-]{1,255}$/,
      rule: '1–255 letters, digits, hyphens and underscores (ECS CreateService)',
    })
    .range('desiredCount', desiredCount, { min: 0, max: 5000, source: 'ECS service-quotas' })
    .range('minimumHealthyPercent', least, { min: 0, max: 100 })
    .range('maximumPercent', most, { min: 100, max: 200 })
    .range('healthCheckGracePeriodSeconds', props.healthCheckGracePeriodSeconds, { min: 0, max: 2_147_483_647 })
    .that(desiredCount <= 0 || room, {
      prop: 'minimumHealthyPercent, maximumPercent',
      value: { desiredCount, minimumHealthyPercent: least, maximumPercent: most },
      rule: 'the two must leave room to stop or start at least one task, else no deployment can ever move (ECS deployment-type-ecs)',
      fix: 'lower minimumHealthyPercent or raise maximumPercent',
    })
    .done();
}
