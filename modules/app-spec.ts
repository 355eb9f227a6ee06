/** The AppSpec of an ECS service: what a deployment is given beside its task definition (CD reference-appspec-file). */

/** In the order in which they happen (CD reference-appspec-file-structure-hooks). */
export const HOOK_EVENTS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** Lifecycle event → name or ARN of the Lambda function that judges it. */
export type Hooks = Readonly<Partial<Record<HookEvent, string>>>;

/** What `aws ecs deploy`, and whoever starts a deployment, puts the new revision in the place of. */
export const TASK_DEFINITION_PLACEHOLDER = '<TASK_DEFINITION>';

export interface AppSpec {
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly assignPublicIp: boolean;
  readonly hooks: Hooks;
}

/** @returns the AppSpec as JSON text; references inside it stay references */
export function appSpecJson(spec: AppSpec): string {
  const properties = {
    TaskDefinition: TASK_DEFINITION_PLACEHOLDER,
    LoadBalancerInfo: { ContainerName: spec.containerName, ContainerPort: spec.containerPort },
    PlatformVersion: spec.platformVersion,
    NetworkConfiguration: {
      awsvpcConfiguration: {
        subnets: spec.subnetIds,
        securityGroups: spec.securityGroupIds,
        assignPublicIp: spec.assignPublicIp ? 'ENABLED' : 'DISABLED',
      },
    },
  };
  const resources = [{ TargetService: { Type: 'AWS::ECS::Service', Properties: properties } }];
  const hooks = HOOK_EVENTS.flatMap((event) => (spec.hooks[event] ? [{ [event]: spec.hooks[event] }] : []));
  const rest = JSON.stringify({ Resources: resources, ...(hooks.length > 0 ? { Hooks: hooks } : {}) });
  // JSON.stringify would write 0, and the only version that CodeDeploy knows is 0.0.
  return `{"version":0.0,${rest.slice(1)}`;
}
