import { Construct, type ITerraformDependable } from './cdktf.ts';
import { RollingService, type RollingServiceProps } from './rolling-service.ts';
import type { ScalableService } from './scalable-service.ts';
import { ServiceLogs } from './service-logs.ts';
import { ServiceRoute, type ServiceRouteProps } from './service-route.ts';
import { TaskDefinition, type TaskDefinitionProps } from './task-definition.ts';

export interface FargateServiceProps
  extends Omit<TaskDefinitionProps, 'launchType' | 'logs' | 'family' | 'cpuUnits'>,
    Omit<RollingServiceProps, 'name' | 'taskDefinition' | 'targetGroupArn' | 'launch'> {
  readonly name: string;
  /** Task definition family, and container unless that has a name; the log group is `/ecs/<family>`. @default name */
  readonly family?: string;
  readonly route: ServiceRouteProps;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** True in public subnets, where a task has no other way out. @default false */
  readonly assignPublicIp?: boolean;
  /** @default 30 */
  readonly logRetentionDays?: number;
}

/** A service on Fargate: awsvpc network, one address a task, 256 CPU units and 512 MiB unless told otherwise. */
export class FargateService extends Construct {
  readonly name: string;
  /** Done when the service is steady. */
  readonly steady: ITerraformDependable;
  readonly targetGroupArn: string;
  readonly targetGroupArnSuffix: string;
  readonly scalable: ScalableService;

  constructor(scope: Construct, id: string, props: FargateServiceProps) {
    super(scope, id);
    const { name, route, subnetIds, securityGroupIds, assignPublicIp = false, logRetentionDays, ...rest } = props;
    const family = props.family ?? name;
    const logs = new ServiceLogs(this, 'logs', { name: `/ecs/${family}`, retentionDays: logRetentionDays });
    const taskDefinition = new TaskDefinition(this, 'task', { ...rest, family, launchType: 'FARGATE', logs });
    const reached = new ServiceRoute(this, 'route', route);
    const rolling = new RollingService(this, 'rolling', {
      ...rest,
      name,
      taskDefinition,
      targetGroupArn: reached.targetGroupArn,
      after: [...reached.after, ...(props.after ?? [])],
      launch: {
        launchType: 'FARGATE',
        platformVersion: 'LATEST',
        networkConfiguration: { subnets: [...subnetIds], securityGroups: [...securityGroupIds], assignPublicIp },
      },
    });
    this.name = rolling.name;
    this.steady = rolling.service;
    this.targetGroupArn = reached.targetGroupArn;
    this.targetGroupArnSuffix = reached.targetGroupArnSuffix;
    this.scalable = rolling.scalable;
  }
}
