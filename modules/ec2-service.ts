import { Construct, type ITerraformDependable } from './cdktf.ts';
import { checkPlacement, type PlacementProps, placementConfig } from './placement.ts';
import { PropCheck } from './prop-check.ts';
import { RollingService, type RollingServiceProps } from './rolling-service.ts';
import type { ScalableService } from './scalable-service.ts';
import { ServiceLogs } from './service-logs.ts';
import { ServiceRoute, type ServiceRouteProps } from './service-route.ts';
import { TaskDefinition, type TaskDefinitionProps } from './task-definition.ts';

export interface Ec2ServiceProps
  extends Omit<TaskDefinitionProps, 'launchType' | 'logs' | 'family' | 'taskCpuUnits' | 'taskMemoryMiB'>,
    Omit<RollingServiceProps, 'name' | 'taskDefinition' | 'targetGroupArn' | 'launch'>,
    PlacementProps {
  /** Service, task definition family, container and log group, as the workshop names them all alike. */
  readonly name: string;
  readonly capacityProviderName: string;
  readonly route: ServiceRouteProps;
  /** @default 30 */
  readonly logRetentionDays?: number;
}

/**
 * A service on container instances: bridge network, dynamic host port (hostPort 0), so that several tasks of it share one
 * instance.
 */
export class Ec2Service extends Construct {
  readonly name: string;
  /** Done when the service is steady. */
  readonly steady: ITerraformDependable;
  readonly targetGroupArnSuffix: string;
  readonly scalable: ScalableService;

  constructor(scope: Construct, id: string, props: Ec2ServiceProps) {
    super(scope, id);
    const { name, route, capacityProviderName, logRetentionDays, ...rest } = props;
    const check = new PropCheck(scope, id);
    checkPlacement(check, props);
    check.done();
    const logs = new ServiceLogs(this, 'logs', { name, retentionDays: logRetentionDays });
    const taskDefinition = new TaskDefinition(this, 'task', { ...rest, family: name, launchType: 'EC2', logs });
    const reached = new ServiceRoute(this, 'route', route);
    const rolling = new RollingService(this, 'rolling', {
      ...rest,
      name,
      taskDefinition,
      targetGroupArn: reached.targetGroupArn,
      after: [...reached.after, ...(props.after ?? [])],
      launch: {
        capacityProviderStrategy: [{ capacityProvider: capacityProviderName, weight: 1, base: 0 }],
        ...placementConfig(props),
      },
    });
    this.name = rolling.name;
    this.steady = rolling.service;
    this.targetGroupArnSuffix = reached.targetGroupArnSuffix;
    this.scalable = rolling.scalable;
  }
}
