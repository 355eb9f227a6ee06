/** What a finished blue/green deployment leaves behind (CodeDeploy deployment-steps-ecs), done by hand: the emulator has none. */
import type { Answer, Ask } from './ask.ts';

export interface Shifted {
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  readonly loadBalancer: string;
  readonly blue: string;
  readonly green: string;
}

/** What a task definition is registered from. */
const REGISTERED = [
  'family',
  'containerDefinitions',
  'networkMode',
  'cpu',
  'memory',
  'taskRoleArn',
  'executionRoleArn',
  'requiresCompatibilities',
];

/**
 * A new revision in a primary task set behind green, and every rule that led to blue leads to green, with blue at weight 0.
 * @returns the ARN of the revision, and how many rules were moved
 */
export async function shiftToGreen(ask: Ask, shifted: Shifted): Promise<{ taskDefinition: string; rules: number }> {
  const { cluster, service, blue, green } = shifted;
  const [definition, groups, balancers, services] = await ask(
    ['ecs', 'describe_task_definition', { taskDefinition: shifted.family }],
    ['elbv2', 'describe_target_groups', { Names: [blue, green] }],
    ['elbv2', 'describe_load_balancers', { Names: [shifted.loadBalancer] }],
    ['ecs', 'describe_services', { cluster, services: [service] }],
  );
  const registered = Object.entries(definition.taskDefinition).filter(([key]) => REGISTERED.includes(key));
  const [{ taskDefinition }] = await ask(['ecs', 'register_task_definition', Object.fromEntries(registered)]);
  const arnOf = (name: string): string =>
    groups.TargetGroups.find((group: Answer) => group.TargetGroupName === name).TargetGroupArn;
  const [before] = services.services;
  const loadBalancers = [{ ...before.loadBalancers[0], targetGroupArn: arnOf(green) }];
  const [{ taskSet }] = await ask([
    'ecs',
    'create_task_set',
    {
      cluster,
      service,
      taskDefinition: taskDefinition.taskDefinitionArn,
      loadBalancers,
      launchType: 'FARGATE',
      networkConfiguration: before.networkConfiguration,
    },
  ]);
  await ask(['ecs', 'update_service_primary_task_set', { cluster, service, primaryTaskSet: taskSet.taskSetArn }]);
  const rules = await moveRules(ask, balancers.LoadBalancers[0].LoadBalancerArn, {
    blue: arnOf(blue),
    green: arnOf(green),
  });
  return { taskDefinition: taskDefinition.taskDefinitionArn, rules };
}

/** @returns how many were moved */
async function moveRules(
  ask: Ask,
  LoadBalancerArn: string,
  { blue, green }: { blue: string; green: string },
): Promise<number> {
  const [{ Listeners }] = await ask(['elbv2', 'describe_listeners', { LoadBalancerArn }]);
  const answers = await ask(
    ...Listeners.map(({ ListenerArn }: Answer) => ['elbv2', 'describe_rules', { ListenerArn }] as const),
  );
  const leadsToBlue = ({ Actions }: Answer): boolean =>
    Actions.some(
      (action: Answer) =>
        action.TargetGroupArn === blue ||
        action.ForwardConfig?.TargetGroups?.some((group: Answer) => group.TargetGroupArn === blue),
    );
  const moved = answers.flatMap(({ Rules }) => Rules).filter(leadsToBlue);
  const weights = [
    { TargetGroupArn: green, Weight: 100 },
    { TargetGroupArn: blue, Weight: 0 },
  ];
  const Actions = [{ Type: 'forward', ForwardConfig: { TargetGroups: weights } }];
  await ask(...moved.map(({ RuleArn }) => ['elbv2', 'modify_rule', { RuleArn, Actions }] as const));
  return moved.length;
}
