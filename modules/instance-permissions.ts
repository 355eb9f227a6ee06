import type { PolicyStatement } from './policy.ts';

/**
 * What the ECS agent calls, and nothing else: AWS's managed AmazonEC2ContainerServiceforEC2Role also lets instances create
 * clusters and read every image (ECS instance_IAM_role). Pulls and logs run with the tasks' execution roles.
 */
export function instanceStatements(clusterArn: string): PolicyStatement[] {
  return [
    {
      actions: [
        'ecs:RegisterContainerInstance',
        'ecs:DeregisterContainerInstance',
        'ecs:SubmitContainerStateChange',
        'ecs:SubmitTaskStateChange',
        'ecs:SubmitAttachmentStateChanges',
      ],
      resources: [clusterArn],
    },
    {
      actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
      anyResourceBecause:
        'container instances get their ARN when they register; the condition holds them to the cluster',
      conditions: { ArnEquals: { 'ecs:cluster': clusterArn } },
    },
    { actions: ['ecs:DiscoverPollEndpoint'], anyResourceBecause: 'it supports no resource-level permission' },
  ];
}
