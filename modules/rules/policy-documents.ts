/** Policy documents of all kinds of resources, statement by statement. */
import { type Estate, type Json, parsed, type Resource, several } from './estate.ts';

/** What grants permissions to a role, a user or a group. */
const IDENTITY = ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_policy'];

export interface Statement {
  readonly resource: Resource;
  /** Address with its place in the document. */
  readonly address: string;
  readonly body: Json;
}

/** Statements that allow something. */
export function allowing(estate: Estate): Statement[] {
  return estate.all(...IDENTITY).flatMap((resource) => statementsOf(resource, 'policy'));
}

/** Statements of trust policies: who may assume a role. */
export function trusting(estate: Estate): Statement[] {
  return estate.all('aws_iam_role').flatMap((resource) => statementsOf(resource, 'assume_role_policy'));
}

function statementsOf(resource: Resource, attribute: string): Statement[] {
  return several<Json>(parsed(resource.body[attribute])?.Statement)
    .map((body, index) => ({ resource, body, address: `${resource.address}.${attribute}.Statement[${index}]` }))
    .filter(({ body }) => body.Effect === 'Allow');
}
