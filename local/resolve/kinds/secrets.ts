/** Values of secrets (Secrets Manager PutSecretValue; ECS specifying-sensitive-data-secrets). */
import { SECRET_VERSION } from '../../read/schemas/aws-secretsmanager.ts';
import type { SecretValue } from '../../topology.ts';
import { acting } from '../kind.ts';
import { arnOf, textOf, uuid } from '../names.ts';

const secretVersion = acting(
  SECRET_VERSION,
  'secretValues',
  (_names, block, attribute) => {
    const version = uuid(block.address);
    return {
      id: `${textOf(attribute('secret_id'))}|${version}`,
      arn: textOf(attribute('secret_id')),
      version_id: version,
    };
  },
  ({ base, values: v, report, names, all }): SecretValue => {
    const given = [v.secret_string, v.secret_string_wo].filter((value) => value !== null);
    if (given.length === 0) report.missing('secret_string', 'secret_string, or secret_string_wo');
    if (given.length > 1)
      report.bad('secret_string', given.length, 'there are two values', 'secret_string or secret_string_wo');
    const named = all('aws_secretsmanager_secret').find((s) => [s.json['arn'], s.json['name']].includes(v.secret_id));
    const arn = textOf(named?.json['arn'], v.secret_id);
    return {
      ...base,
      secretArn: arn.startsWith('arn:') ? arn : arnOf(names, 'secretsmanager', `secret:${arn}`),
      value: given[0] ?? '',
    };
  },
);

export const SECRET_KINDS = [secretVersion];
