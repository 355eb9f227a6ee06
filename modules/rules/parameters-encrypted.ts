import { isReference } from './estate.ts';
import type { HouseRule } from './rule.ts';
import { isSecret } from './secrets.ts';

export const parametersEncrypted: HouseRule = {
  id: 'parameters-encrypted',
  rule: 'a secret parameter is a SecureString, and its value is in no stack (SSM sysman-paramstore-securestring)',
  check: (estate) =>
    estate.all('aws_ssm_parameter').flatMap(({ address, body }) => {
      const name = String(body.name).split('/').at(-1) ?? '';
      if (body.type !== 'SecureString') {
        // By name alone: what a secret is called is one even while its value is unknown.
        if (!isSecret(name, 'any')) return [];
        return [{ address: `${address}.type`, value: body.type, fix: 'make it a SecureString' }];
      }
      if (body.value === undefined || isReference(body.value)) return [];
      return [{ address: `${address}.value`, value: '(a literal)', fix: 'let AWS draw it, or set it by hand' }];
    }),
};
