import { isWritten } from './no-plain-secrets.ts';
import type { HouseRule } from './rule.ts';
import { isSecret, isSecretText } from './secrets.ts';

const VALUES = ['value', 'value_wo', 'insecure_value'];

export const parametersEncrypted: HouseRule = {
  id: 'parameters-encrypted',
  severity: 'warning',
  rule: 'a secret parameter is a SecureString, and its value is in no stack (SSM sysman-paramstore-securestring)',
  check: (estate) =>
    estate.all('aws_ssm_parameter').flatMap((parameter) => {
      const { address, body, stack } = parameter;
      const name = String(body.name).split('/').at(-1) ?? '';
      if (body.type !== 'SecureString') {
        // By name alone: what a secret is called is one even while its value is unknown.
        const texts = VALUES.map((attribute) => estate.literal(stack, body[attribute]));
        if (!isSecret(name, 'any') && !texts.some(isSecretText)) return [];
        return [{ address: `${address}.type`, value: body.type ?? null, fix: 'make it a SecureString' }];
      }
      return VALUES.filter((attribute) => isWritten(estate, parameter, attribute)).map((attribute) => ({
        address: `${address}.${attribute}`,
        value: '(a literal)',
        severity: 'error' as const,
        fix: 'let AWS draw it, or set it by hand',
      }));
    }),
};
