/** Functions of the AWS provider (Terraform 1.8: provider-defined functions). */
import { asText } from '../values.ts';
import type { Functions } from './index.ts';

const PARTS = ['partition', 'service', 'region', 'account_id', 'resource'] as const;

function parseArn(text: string): Record<string, string> {
  const [scheme, ...parts] = text.split(':');
  if (scheme !== 'arn' || parts.length < PARTS.length) throw new Error(`${JSON.stringify(text)} is no ARN`);
  const values = [...parts.slice(0, 4), parts.slice(4).join(':')];
  return Object.fromEntries(PARTS.map((name, i) => [name, values[i] ?? '']));
}

/** Without the path of a role: `role/path/name` is `role/name`. */
function withoutPath(text: string): string {
  const { service, resource = '' } = parseArn(text);
  if (service !== 'iam' || !resource.startsWith('role/'))
    throw new Error(`${JSON.stringify(text)} is no ARN of a role`);
  return text.slice(0, text.length - resource.length) + resource.replace(/^role\/.*\//, 'role/');
}

export const PROVIDER_FUNCTIONS: Functions = {
  'provider::aws::arn_parse': [1, 1, (arn) => parseArn(asText(arn))],
  'provider::aws::arn_build': [5, 5, (...parts) => ['arn', ...parts.map(asText)].join(':')],
  'provider::aws::trim_iam_role_path': [1, 1, (arn) => withoutPath(asText(arn))],
};
