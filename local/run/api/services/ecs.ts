/** Amazon ECS: the table of its operations, one family a file. */
import type { ServiceTable } from '../operation.ts';
import { clusterOperations } from './ecs-clusters.ts';
import { instanceOperations } from './ecs-instances.ts';
import { serviceDeploymentOperations } from './ecs-service-deployments.ts';
import { serviceOperations } from './ecs-services.ts';
import { taskDefinitionOperations } from './ecs-task-definitions.ts';
import { taskSetOperations } from './ecs-task-sets.ts';
import { taskOperations } from './ecs-tasks.ts';

export const ecs: ServiceTable = {
  name: 'ecs',
  targetPrefix: 'AmazonEC2ContainerServiceV20141113',
  jsonVersion: '1.1',
  validationError: 'InvalidParameterException',
  operations: {
    ...clusterOperations,
    ...serviceOperations,
    ...serviceDeploymentOperations,
    ...taskOperations,
    ...taskDefinitionOperations,
    ...instanceOperations,
    ...taskSetOperations,
  },
};
