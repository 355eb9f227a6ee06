import type { Rule } from '../../contracts.ts';

export const executionRole: Rule = {
  id: 'execution-role-missing',
  severity: 'error',
  text: 'secrets, awslogs on Fargate and images of ECR are fetched with the execution role, before the task starts',
  page: 'ECS task_execution_IAM_role',
  fix: 'set execution_role_arn',
  find: ({ topology }) =>
    topology.taskDefinitions.flatMap((d) => {
      if (d.executionRoleArn) return [];
      const isFargate = d.requiresCompatibilities.includes('FARGATE');
      const reasons = [
        ...(d.containers.some((c) => c.secrets.length > 0) ? ['it has secrets'] : []),
        ...(isFargate && d.containers.some((c) => c.logConfiguration?.driver === 'awslogs')
          ? ['it logs with awslogs']
          : []),
        ...(isFargate && d.containers.some((c) => /\.dkr\.ecr\./.test(c.image)) ? ['its image is in ECR'] : []),
      ];
      if (reasons.length === 0) return [];
      return [
        {
          address: `${d.address}.execution_role_arn`,
          message: `${d.family} has no execution role, and ${reasons.join(', and ')}`,
          value: null,
        },
      ];
    }),
};
