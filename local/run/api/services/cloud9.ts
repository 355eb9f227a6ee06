/** AWS Cloud9: refused by name. AWS takes no new customers since July 2024; `.devcontainer/` is what stands in its place. */
import { refused, type ServiceTable } from '../operation.ts';

const WHY =
  'Cloud9 is not offered here, and AWS takes no new customers for it: open the project with its .devcontainer/ instead.';
const OPERATIONS = [
  'CreateEnvironmentEC2',
  'CreateEnvironmentMembership',
  'DeleteEnvironment',
  'DescribeEnvironments',
  'DescribeEnvironmentStatus',
  'ListEnvironments',
  'UpdateEnvironment',
];

export const cloud9: ServiceTable = {
  name: 'cloud9',
  targetPrefix: 'AWSCloud9WorkspaceManagementService',
  jsonVersion: '1.1',
  validationError: 'BadRequestException',
  operations: Object.fromEntries(OPERATIONS.map((name) => [name, refused('ForbiddenException', `${name}: ${WHY}`)])),
};
