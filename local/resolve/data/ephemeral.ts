/** Ephemeral resources: opened for one command, and in no state (Terraform, "Ephemeral resources"). */
import { own } from '../../read/json.ts';
import { drawn } from './ambient.ts';
import type { DataSource } from './index.ts';
import { lookup, parameterValue } from './lookups.ts';

const parameter = lookup('aws_ssm_parameter', { arn: 'arn' });
const secretVersion = lookup('aws_secretsmanager_secret_version', { secret_id: 'secret_id' });

/** Drawn once per plane: what was given to a write-only attribute is not given again before its version changes. */
export const EPHEMERAL_SOURCES: Readonly<Record<string, DataSource>> = {
  aws_secretsmanager_random_password: {
    read: (context) => ({ random_password: drawn(context, 'password_length') }),
    secrets: ['random_password'],
  },
  random_password: {
    read: (context) => ({ result: drawn(context, 'length'), bcrypt_hash: '' }),
    secrets: ['result', 'bcrypt_hash'],
  },
  aws_ssm_parameter: {
    ...parameter,
    read: (context) => {
      const found = parameter.read(context);
      const { arn, name, type, version } = found;
      return { arn, name, type, version, with_decryption: true, value: parameterValue(found) };
    },
    secrets: ['value'],
  },
  aws_secretsmanager_secret_version: {
    ...secretVersion,
    read: (context) => {
      const found = secretVersion.read(context);
      const text = own(found, 'secret_string') ?? own(found, 'secret_string_wo') ?? null;
      const { arn, secret_id, version_id } = found;
      return { arn, secret_id, version_id, secret_string: text, secret_binary: own(found, 'secret_binary') ?? null };
    },
    secrets: ['secret_string', 'secret_binary'],
  },
};
