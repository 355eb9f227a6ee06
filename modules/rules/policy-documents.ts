/** Policy documents of all kinds of resources, statement by statement. */
import { type Estate, type Json, parsed, type Resource, several } from './estate.ts';

/** What grants permissions to a role, a user or a group. */
const IDENTITY = ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_group_policy'];

/** What says, at a resource, who may use it: type → attribute. */
const AT_RESOURCES: Readonly<Record<string, string>> = {
  aws_dynamodb_resource_policy: 'policy',
  aws_ecr_repository_policy: 'policy',
  aws_kms_key: 'policy',
  aws_s3_bucket_policy: 'policy',
  aws_secretsmanager_secret: 'policy',
  aws_secretsmanager_secret_policy: 'policy',
  aws_sns_topic: 'policy',
  aws_sns_topic_policy: 'policy',
  aws_sqs_queue: 'policy',
  aws_sqs_queue_policy: 'policy',
};

export interface PolicyDocument {
  readonly resource: Resource;
  /** Address with the attribute that holds the document. */
  readonly address: string;
  readonly text: unknown;
}

export interface Statement {
  readonly resource: Resource;
  /** Address with its place in the document. */
  readonly address: string;
  readonly body: Json;
}

/** Every document of every kind, as written. */
export function documents(estate: Estate): PolicyDocument[] {
  return [...identityDocuments(estate), ...trustDocuments(estate), ...resourceDocuments(estate)];
}

/** Statements that allow a role, a user or a group something. */
export function allowing(estate: Estate): Statement[] {
  return identityDocuments(estate).flatMap(allowedBy);
}

/** Statements of trust policies: who may assume a role. */
export function trusting(estate: Estate): Statement[] {
  return trustDocuments(estate).flatMap(allowedBy);
}

/** Statements at resources that let somebody in. */
export function admitting(estate: Estate): Statement[] {
  return resourceDocuments(estate).flatMap(allowedBy);
}

/** Who a statement is for, in one list: `*`, or services, accounts and ARNs. */
export function principalsOf({ body }: Statement): readonly string[] {
  const { Principal: principal } = body;
  if (typeof principal === 'string') return [principal];
  return Object.values(principal ?? {}).flatMap((value) => several<string>(value as string | string[]));
}

function identityDocuments(estate: Estate): PolicyDocument[] {
  const inline = estate.all('aws_iam_role').flatMap((resource) =>
    several<Json>(resource.body.inline_policy).map(({ policy }, index) => ({
      resource,
      address: `${resource.address}.inline_policy[${index}].policy`,
      text: policy,
    })),
  );
  return [...estate.all(...IDENTITY).map((resource) => document(resource, 'policy')), ...inline];
}

function trustDocuments(estate: Estate): PolicyDocument[] {
  return estate.all('aws_iam_role').map((resource) => document(resource, 'assume_role_policy'));
}

function resourceDocuments(estate: Estate): PolicyDocument[] {
  return estate
    .all(...Object.keys(AT_RESOURCES))
    .map((resource) => document(resource, AT_RESOURCES[resource.type] ?? 'policy'))
    .filter(({ text }) => text !== undefined);
}

function document(resource: Resource, attribute: string): PolicyDocument {
  return { resource, address: `${resource.address}.${attribute}`, text: resource.body[attribute] };
}

function allowedBy({ resource, address, text }: PolicyDocument): Statement[] {
  return several<Json>(parsed(text)?.Statement)
    .map((body, index) => ({ resource, body, address: `${address}.Statement[${index}]` }))
    .filter(({ body }) => body.Effect === 'Allow');
}
