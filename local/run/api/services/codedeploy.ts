/** AWS CodeDeploy for ECS: the table of its operations, one family a file. */
import type { ServiceTable } from '../operation.ts';
import { applicationOperations, configOperations, revisionOperations } from './codedeploy-applications.ts';
import { deploymentOperations } from './codedeploy-deployments.ts';
import { groupOperations } from './codedeploy-groups.ts';

export const codedeploy: ServiceTable = {
  name: 'codedeploy',
  targetPrefix: 'CodeDeploy_20141006',
  jsonVersion: '1.1',
  validationError: 'InvalidInputException',
  operations: {
    ...applicationOperations,
    ...configOperations,
    ...revisionOperations,
    ...groupOperations,
    ...deploymentOperations,
  },
};
