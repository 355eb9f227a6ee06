/** Policy documents of all kinds of resources, statement by statement. */
import type { Estate, Resource } from './estate.ts';
import { readPolicy } from './policy-text.ts';
import { blocks, type Json, several } from './values.ts';

/** What grants permissions to a role, a user or a group: type → attribute. */
const IDENTITY: Readonly<Record<string, string>> = {
  aws_iam_group_policy: 'policy',
  aws_iam_policy: 'policy',
  aws_iam_role_policy: 'policy',
  aws_iam_user_policy: 'policy',
  aws_ssoadmin_permission_set_inline_policy: 'inline_policy',
};

/** What says, at a resource, who may use it: type → attribute. */
const AT_RESOURCES: Readonly<Record<string, string>> = {
  aws_backup_vault_policy: 'policy',
  aws_cloudwatch_event_bus_policy: 'policy',
  aws_cloudwatch_log_resource_policy: 'policy_document',
  aws_dynamodb_resource_policy: 'policy',
  aws_ecr_registry_policy: 'policy',
  aws_ecr_repository_policy: 'policy',
  aws_efs_file_system_policy: 'policy',
  aws_glue_resource_policy: 'policy',
  aws_kinesis_resource_policy: 'policy',
  aws_kms_key: 'policy',
  aws_kms_key_policy: 'policy',
  aws_opensearch_domain: 'access_policies',
  aws_opensearch_domain_policy: 'access_policies',
  aws_s3_access_point: 'policy',
  aws_s3_bucket: 'policy',
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

/** Documents that grant a role, a user or a group something. */
export function identityDocuments(estate: Estate): PolicyDocument[] {
  const inline = estate.all('aws_iam_role').flatMap((resource) =>
    blocks(resource.body, 'inline_policy')
      // An empty block says that there shall be none.
      .filter(({ policy }) => policy !== undefined)
      .map(({ policy }, index) => ({
        resource,
        address: `${resource.address}.inline_policy[${index}].policy`,
        text: policy,
      })),
  );
  return [...written(estate, IDENTITY), ...inline];
}

/** Statements that allow a role, a user or a group something. */
export function allowing(estate: Estate): Statement[] {
  return identityDocuments(estate).flatMap((document) => allowedBy(estate, document));
}

/** Statements of trust policies: who may assume a role. */
export function trusting(estate: Estate): Statement[] {
  return trustDocuments(estate).flatMap((document) => allowedBy(estate, document));
}

/** Statements at resources that let somebody in. */
export function admitting(estate: Estate): Statement[] {
  const functions = estate.all('aws_lambda_permission').map((resource) => ({
    resource,
    address: resource.address,
    body: { Principal: resource.body.principal, Condition: { StringEquals: callersOf(resource.body) } },
  }));
  return [...resourceDocuments(estate).flatMap((document) => allowedBy(estate, document)), ...functions];
}

/** Who a statement is for, in one list: `*`, or services, accounts and ARNs. */
export function principalsOf({ body }: Statement): readonly string[] {
  const { Principal: principal } = body;
  if (typeof principal === 'string') return [principal];
  return Object.values(principal ?? {}).flatMap((value) => several<string>(value as string | string[]));
}

/** True for everybody, in whichever way: `*`, `{"AWS": "*"}`, any account of `arn:aws:iam::*:root`, all but somebody. */
export function isForEverybody(statement: Statement): boolean {
  return (
    principalsOf(statement).some((one) => one === '*' || /^arn:[^:]*:(?:iam|sts)::[^:]*[*?]/.test(one)) ||
    statement.body.NotPrincipal !== undefined
  );
}

function trustDocuments(estate: Estate): PolicyDocument[] {
  return estate.all('aws_iam_role').map((resource) => document(resource, 'assume_role_policy'));
}

function resourceDocuments(estate: Estate): PolicyDocument[] {
  return written(estate, AT_RESOURCES).filter(({ text }) => text !== undefined);
}

function written(estate: Estate, attributes: Readonly<Record<string, string>>): PolicyDocument[] {
  return Object.entries(attributes).flatMap(([type, attribute]) =>
    estate.all(type).map((resource) => document(resource, attribute)),
  );
}

function document(resource: Resource, attribute: string): PolicyDocument {
  return { resource, address: `${resource.address}.${attribute}`, text: resource.body[attribute] };
}

function allowedBy(estate: Estate, { resource, address, text }: PolicyDocument): Statement[] {
  return readPolicy(estate, resource.stack, text)
    .statements.map((body, index) => ({ resource, body, address: `${address}.Statement[${index}]` }))
    .filter(({ body }) => body.Effect === 'Allow');
}

function callersOf({ source_arn, source_account, principal_org_id }: Json): Json {
  const named = {
    'aws:SourceArn': source_arn,
    'aws:SourceAccount': source_account,
    'aws:PrincipalOrgID': principal_org_id,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
