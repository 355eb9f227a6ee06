/** Amazon ECS: the table of its operations, one family a file. */
import { refused, type ServiceTable } from '../operation.ts';
import { clusterOperations } from './ecs-clusters.ts';
import { instanceOperations } from './ecs-instances.ts';
import { serviceOperations } from './ecs-services.ts';
import { taskDefinitionOperations } from './ecs-task-definitions.ts';
import { taskOperations } from './ecs-tasks.ts';

const IN_STACKS = 'services and clusters are made by the stacks here: add it there and run `cutover up`';

export const ecs: ServiceTable = {
  name: 'ecs',
  targetPrefix: 'AmazonEC2ContainerServiceV20141113',
  jsonVersion: '1.1',
  validationError: 'InvalidParameterException',
  operations: {
    ...clusterOperations,
    ...serviceOperations,
    ...taskOperations,
    ...taskDefinitionOperations,
    ...instanceOperations,
    CreateService: refused('UnsupportedFeatureException', IN_STACKS),
    DeleteService: refused('UnsupportedFeatureException', IN_STACKS),
    CreateCluster: refused('UnsupportedFeatureException', IN_STACKS),
    DeleteCluster: refused('UnsupportedFeatureException', IN_STACKS),
  },
};
