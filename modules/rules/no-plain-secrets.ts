import { containersIn } from './containers.ts';
import type { Estate, Resource } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';
import { isSecret, isSecretText, secretName } from './secrets.ts';
import { block, blocks, isReference, type Json, several } from './values.ts';

const FIX = 'keep it in Parameter Store or Secrets Manager, and name its ARN';
const LOG_FIX = 'name its ARN in secretOptions of the log configuration';

/** Type → attributes that are secrets by what they are for. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_api_key: ['value'],
  aws_db_instance: ['password', 'password_wo'],
  aws_docdb_cluster: ['master_password', 'master_password_wo'],
  aws_elasticache_replication_group: ['auth_token'],
  aws_rds_cluster: ['master_password', 'master_password_wo'],
  aws_redshift_cluster: ['master_password', 'master_password_wo'],
  aws_secretsmanager_secret_version: ['secret_string', 'secret_string_wo', 'secret_binary'],
};

const STARTING = ['aws_launch_template', 'aws_launch_configuration', 'aws_instance'];

export const noPlainSecrets: HouseRule = {
  id: 'no-plain-secrets',
  severity: 'error',
  rule: 'no secret stands in a plain setting, where everybody reads it who may describe the resource, nor in the stack itself (ECS specifying-sensitive-data)',
  check: (estate) => [
    ...inContainers(estate),
    ...inFunctions(estate),
    ...inBuilds(estate),
    ...inStartTexts(estate),
    ...inAttributes(estate),
  ],
};

function inContainers(estate: Estate): Finding[] {
  return containersIn(estate).flatMap(({ address, body }) => [
    ...several<Json>(body.environment)
      .filter(({ name, value }) => isSecret(String(name), value))
      .map(({ name, value }) => ({ address: `${address}.environment`, value: name, fix: FIX, ...doubt(name, value) })),
    ...Object.entries<Json>(body.logConfiguration?.options ?? {})
      .filter(([name, value]) => isSecret(name, value))
      .map(([name]) => ({ address: `${address}.logConfiguration.options`, value: name, fix: LOG_FIX })),
    ...['command', 'entryPoint']
      .filter((part) => several<Json>(body[part]).some(isSecretText))
      .map((part) => ({ address: `${address}.${part}`, value: '(not shown)', fix: FIX })),
    ...['dockerLabels', 'healthCheck']
      .filter((part) => textsIn(body[part]).some(isSecretText))
      .map((part) => ({ address: `${address}.${part}`, value: '(not shown)', fix: FIX })),
  ]);
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values<Json>(value).flatMap(textsIn) : [];
}

function inFunctions(estate: Estate): Finding[] {
  return estate.all('aws_lambda_function').flatMap(({ address, stack, body }) =>
    Object.entries<Json>(estate.literalIn(stack, block(body, 'environment')?.variables ?? {}))
      .filter(([name, value]) => isSecret(name, value))
      .map(([name, value]) => ({ address: `${address}.environment`, value: name, fix: FIX, ...doubt(name, value) })),
  );
}

/** That it is some key makes it likely, and no more. */
function doubt(name: unknown, value: unknown): Pick<Finding, 'severity'> {
  const isLikely = isSecretText(value) || secretName(String(name), String(value ?? '')) === 'name';
  return isLikely ? {} : { severity: 'warning' };
}

function inBuilds(estate: Estate): Finding[] {
  return estate.all('aws_codebuild_project').flatMap(({ address, body }) =>
    blocks(block(body, 'environment'), 'environment_variable')
      .filter(({ type, name, value }) => (type ?? 'PLAINTEXT') === 'PLAINTEXT' && isSecret(String(name), value))
      .map(({ name, value }) => ({ address: `${address}.environment`, value: name, fix: FIX, ...doubt(name, value) })),
  );
}

/** What an instance starts with: text, or text in base64, by itself or through Terraform's function. */
function inStartTexts(estate: Estate): Finding[] {
  return estate.all(...STARTING).flatMap(({ address, stack, body }) =>
    ['user_data', 'user_data_base64']
      .filter((attribute) => {
        const text = String(estate.literal(stack, body[attribute]) ?? '');
        return isSecretText(text) || isSecretText(Buffer.from(text, 'base64').toString('latin1'));
      })
      .map((attribute) => ({ address: `${address}.${attribute}`, value: '(not shown)', fix: FIX })),
  );
}

function inAttributes(estate: Estate): Finding[] {
  return Object.entries(SECRETS).flatMap(([type, attributes]) =>
    estate.all(type).flatMap((resource) =>
      attributes
        .filter((attribute) => isWritten(estate, resource, attribute))
        .map((attribute) => ({
          address: `${resource.address}.${attribute}`,
          value: '(a literal)',
          fix: 'let Terraform draw it as an ephemeral value, or set it by hand',
        })),
    ),
  );
}

/** True where the text itself stands in the stack, as it is or as a default. */
export function isWritten(estate: Estate, { stack, body }: Resource, attribute: string): boolean {
  const text = estate.literal(stack, body[attribute]);
  return text !== undefined && text !== null && text !== '' && !isReference(text);
}
