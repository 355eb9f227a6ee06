/** Ephemeral resources: opened for one command, and in no state (Terraform, "Ephemeral resources"). */
import { drawn } from './ambient.ts';
import type { DataSource } from './index.ts';
import { parameterValue, secretVersionSource } from './lookups.ts';
import { lookup } from './matching.ts';

const parameter = lookup('aws_ssm_parameter', { arn: 'arn' });

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
  aws_secretsmanager_secret_version: secretVersionSource,
};
