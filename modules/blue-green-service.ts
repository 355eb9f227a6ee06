import { EcsService } from '@cdktf/provider-aws/lib/ecs-service/index.js';
import { appSpecJson } from './app-spec.ts';
import { type BlueGreenServiceProps, checkBlueGreenProps, normalised } from './blue-green-props.ts';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { DeploymentGroup } from './deployment-group.ts';
import { PathRule } from './path-rule.ts';
import type { ScalableService } from './scalable-service.ts';
import { ServiceLogs } from './service-logs.ts';
import { TargetGroup } from './target-group.ts';
import { TargetsInService } from './targets-in-service.ts';
import { TaskDefinition } from './task-definition.ts';
import { TextParameter } from './text-parameter.ts';

export type { BlueGreenServiceProps } from './blue-green-props.ts';

/** What CodeDeploy changes by itself (ECS API_UpdateService): Terraform would put back the blue task set's. */
const CODE_DEPLOYS_BUSINESS = ['task_definition', 'load_balancer', 'network_configuration', 'platform_version'];

/**
 * A Fargate service that CodeDeploy deploys blue/green: two target groups, of which one at a time takes production traffic.
 *
 * It is created in this order: a rule of the test listener to the first group, since ECS refuses a group that no listener
 * uses; the service; its targets healthy; the production rule; the deployment group. So no request meets an empty group,
 * and the service is shown on the test listener before it takes traffic. A deployment moves both rules' actions between
 * the groups. A new image is a deployment too: Terraform registers the revision and leaves the service as it is.
 */
export class BlueGreenService extends Construct {
  readonly name: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly deploymentGroupArn: string;
  /** The group of the first task set. */
  readonly targetGroupArn: string;
  readonly targetGroupArnSuffix: string;
  /** Of both groups, the first task set's first. */
  readonly targetGroupArnSuffixes: readonly [string, string];
  /** What a deployment is given, with `<TASK_DEFINITION>` in the place of the revision; the parameter holds the same. */
  readonly appSpec: string;
  readonly appSpecParameterName: string;
  /** Done when the service takes production traffic. */
  readonly productionRule: ITerraformDependable;
  readonly scalable: ScalableService;

  constructor(scope: Construct, id: string, given: BlueGreenServiceProps) {
    super(scope, id);
    checkBlueGreenProps(scope, id, given);
    const props = normalised(given);
    const { route } = props;
    const logs = new ServiceLogs(this, 'logs', { name: `/ecs/${props.family}`, retentionDays: props.logRetentionDays });
    const taskDefinition = new TaskDefinition(this, 'task', {
      ...props,
      launchType: 'FARGATE',
      logs,
      keepRevisions: true,
    });
    const blue = new TargetGroup(this, 'blue', route.targetGroup);
    const green = new TargetGroup(this, 'green', { ...route.targetGroup, name: props.secondTargetGroupName });
    const rule = (ruleId: string, listenerArn: string, after: ITerraformDependable[]): ITerraformDependable => {
      const { priority, pathPatterns } = route;
      const forward = { priority, pathPatterns, targetGroupArn: blue.arn, shifted: true };
      return new PathRule(this, ruleId, { ...forward, listenerArn, after }).rule;
    };

    const testRule = rule('test-rule', route.testListenerArn, []);
    const service = this.#service(props, taskDefinition, blue, [testRule, ...props.after]);
    const inService = this.#inService(props, blue, service);
    this.productionRule = rule('production-rule', route.productionListenerArn, inService);
    const deployments = new DeploymentGroup(this, 'deployments', {
      ...props,
      clusterName: props.cluster.name,
      serviceName: service.name,
      targetGroups: [
        { name: route.targetGroup.name, reference: blue.name, arnSuffix: blue.arnSuffix },
        { name: props.secondTargetGroupName, reference: green.name, arnSuffix: green.arnSuffix },
      ],
      productionListenerArn: route.productionListenerArn,
      testListenerArn: route.testListenerArn,
      after: [this.productionRule, testRule],
    });

    this.name = props.name;
    this.scalable = {
      name: service.name,
      controller: 'CODE_DEPLOY',
      autoscaled: props.autoscaled,
      desiredCount: props.desiredCount,
      cpuUnits: taskDefinition.cpuUnits,
      // The service is not waited for, its targets are.
      after: [this.productionRule],
    };
    this.targetGroupArn = blue.arn;
    this.targetGroupArnSuffix = blue.arnSuffix;
    this.targetGroupArnSuffixes = [blue.arnSuffix, green.arnSuffix];
    this.applicationName = props.applicationName;
    this.deploymentGroupName = props.deploymentGroupName;
    this.deploymentGroupArn = deployments.arn;
    this.appSpec = appSpecJson({ ...props, ...taskDefinition });
    this.appSpecParameterName = props.appSpecParameter;
    new TextParameter(this, 'app-spec', {
      name: props.appSpecParameter,
      description: `AppSpec of ${props.applicationName}`,
      value: this.appSpec,
    });
  }

  #service(
    props: ReturnType<typeof normalised>,
    taskDefinition: TaskDefinition,
    blue: TargetGroup,
    after: ITerraformDependable[],
  ): EcsService {
    return new EcsService(this, 'service', {
      name: props.name,
      cluster: props.cluster.arn,
      taskDefinition: taskDefinition.arn,
      desiredCount: props.desiredCount,
      launchType: 'FARGATE',
      platformVersion: props.platformVersion,
      networkConfiguration: {
        subnets: [...props.subnetIds],
        securityGroups: [...props.securityGroupIds],
        assignPublicIp: props.assignPublicIp,
      },
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'CODE_DEPLOY' },
      healthCheckGracePeriodSeconds: props.healthCheckGracePeriodSeconds,
      loadBalancer: [
        {
          targetGroupArn: blue.arn,
          containerName: taskDefinition.containerName,
          containerPort: taskDefinition.containerPort,
        },
      ],
      propagateTags: 'SERVICE',
      // It has task sets, no deployments: Terraform would wait for a steady state in vain.
      waitForSteadyState: false,
      timeouts: { create: '20m', update: '20m', delete: '20m' },
      lifecycle: {
        ignoreChanges: [...CODE_DEPLOYS_BUSINESS, ...(props.autoscaled ? ['desired_count'] : [])],
      },
      dependsOn: after,
    });
  }

  #inService(props: ReturnType<typeof normalised>, blue: TargetGroup, service: EcsService): ITerraformDependable[] {
    // Nobody would ever be healthy.
    if (props.desiredCount === 0) return [service];
    const { region } = props;
    const wait = { targetGroupArn: blue.arn, region, of: service.id, after: [service] };
    return [new TargetsInService(this, 'in-service', wait).done];
  }
}
