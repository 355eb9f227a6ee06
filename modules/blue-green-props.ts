/** What a BlueGreenService takes, its defaults, and the rules that hold for it. */
import { HOOK_EVENTS, type Hooks } from './app-spec.ts';
import type { Construct, ITerraformDependable } from './cdktf.ts';
import { checkDeploymentProps, type DeploymentOptions } from './deployment-options.ts';
import type { EcsCluster } from './ecs-cluster.ts';
import { PropCheck } from './prop-check.ts';
import type { Role } from './role.ts';
import { BALANCER_NAME, type TargetGroupProps } from './target-group.ts';
import type { TaskDefinitionProps } from './task-definition.ts';
import { PARAMETER_NAME } from './text-parameter.ts';

export interface BlueGreenRoute {
  readonly productionListenerArn: string;
  /** A listener of the same load balancer; it shows green before production traffic comes to it. */
  readonly testListenerArn: string;
  /** Of the rule on each listener, 1–50000. */
  readonly priority: number;
  readonly pathPatterns: readonly string[];
  /** Target group of the first task set. */
  readonly targetGroup: TargetGroupProps;
}

export interface BlueGreenServiceProps
  extends Omit<TaskDefinitionProps, 'launchType' | 'logs' | 'family' | 'cpuUnits' | 'keepRevisions'>,
    DeploymentOptions {
  readonly name: string;
  /** Task definition family; the log group is `/ecs/<family>`. @default name */
  readonly family?: string;
  readonly cluster: EcsCluster;
  readonly desiredCount: number;
  /** Something else sets the number of tasks afterwards, so Terraform leaves it alone. @default false */
  readonly autoscaled?: boolean;
  /** @default 30 */
  readonly healthCheckGracePeriodSeconds?: number;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** True in public subnets, where a task has no other way out. @default false */
  readonly assignPublicIp?: boolean;
  /** @default LATEST */
  readonly platformVersion?: string;
  /** @default 30 */
  readonly logRetentionDays?: number;
  readonly route: BlueGreenRoute;
  /** @default `<first group>-2` */
  readonly secondTargetGroupName?: string;
  readonly loadBalancerArnSuffix: string;
  /** CodeDeploy's, with AWSCodeDeployRoleForECS. */
  readonly serviceRole: Role;
  /** @default `<name>App` */
  readonly applicationName?: string;
  /** @default `<name>DG` */
  readonly deploymentGroupName?: string;
  /** Lambda functions, by lifecycle event. @default none */
  readonly hooks?: Hooks;
  /** Parameter that takes the AppSpec, e.g. `/interstella/codedeploy/threadsApp/appspec`. */
  readonly appSpecParameter: string;
  /** What must be there before the service is. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** @returns the props with every default in its place */
export function normalised(props: BlueGreenServiceProps) {
  return {
    ...props,
    family: props.family ?? props.name,
    autoscaled: props.autoscaled ?? false,
    healthCheckGracePeriodSeconds: props.healthCheckGracePeriodSeconds ?? 30,
    assignPublicIp: props.assignPublicIp ?? false,
    platformVersion: props.platformVersion ?? 'LATEST',
    secondTargetGroupName: secondName(props),
    applicationName: props.applicationName ?? `${props.name}App`,
    deploymentGroupName: props.deploymentGroupName ?? `${props.name}DG`,
    hooks: props.hooks ?? {},
    after: props.after ?? [],
  };
}

/** @throws InvalidPropsError with every problem */
export function checkBlueGreenProps(scope: Construct, id: string, props: BlueGreenServiceProps): void {
  const check = new PropCheck(scope, id);
  check
    .matches('name', props.name, {
      pattern: /^[\w-]{1,255}$/,
      rule: '1–255 letters, digits, hyphens and underscores (ECS CreateService)',
    })
    .range('desiredCount', props.desiredCount, { min: 0, max: 5000, source: 'ECS service-quotas' })
    .range('healthCheckGracePeriodSeconds', props.healthCheckGracePeriodSeconds, { min: 0, max: 2_147_483_647 })
    .matches('platformVersion', props.platformVersion, {
      pattern: /^(LATEST|\d+\.\d+\.\d+)$/,
      rule: 'LATEST or a version such as 1.4.0 (ECS platform_versions)',
    })
    .that(props.route.productionListenerArn !== props.route.testListenerArn, {
      prop: 'route.testListenerArn',
      value: props.route.testListenerArn,
      rule: 'another listener than the production one, else green would take production traffic untested',
      fix: 'add a listener on a port of its own, such as 8080',
    })
    .that(props.route.targetGroup.targetType === 'ip', {
      prop: 'route.targetGroup.targetType',
      value: props.route.targetGroup.targetType,
      rule: 'ip, since Fargate tasks have addresses of their own (ECS create-blue-green)',
      fix: 'set it to ip',
    })
    .matches('secondTargetGroupName', secondName(props), BALANCER_NAME)
    .that(secondName(props) !== props.route.targetGroup.name, {
      prop: 'secondTargetGroupName',
      value: secondName(props),
      rule: 'another name than the first group has',
      fix: 'leave it out for the default',
    })
    .matches('appSpecParameter', props.appSpecParameter, PARAMETER_NAME);
  checkHooks(check, props.hooks ?? {});
  checkDeploymentProps(check, props);
  for (const prop of ['applicationName', 'deploymentGroupName'] as const) {
    check.matches(prop, props[prop], {
      pattern: /^[\w.+=,@-]{1,100}$/,
      rule: '1–100 of A–Z a–z 0–9 . _ + = , @ - (CD limits)',
    });
  }
  check.done();
}

function checkHooks(check: PropCheck, hooks: Hooks): void {
  for (const [event, name] of Object.entries(hooks)) {
    check
      .that((HOOK_EVENTS as readonly string[]).includes(event), {
        prop: `hooks.${event}`,
        value: event,
        rule: `one of ${HOOK_EVENTS.join(', ')} (CD reference-appspec-file-structure-hooks)`,
        fix: 'take one of these',
      })
      .matches(`hooks.${event}`, name, {
        pattern: /^(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,64}(:[\w$-]{1,128})?$/,
        rule: 'the name or ARN of a Lambda function (CD reference-appspec-file-structure-hooks)',
      });
  }
}

function secondName(props: BlueGreenServiceProps): string {
  return props.secondTargetGroupName ?? `${props.route.targetGroup.name}-2`;
}
