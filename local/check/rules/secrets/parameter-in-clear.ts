import type { Rule } from '../../contracts.ts';
import { secretName, secretText } from '../../house/secrets.ts';

export const parameterInClear: Rule = {
  id: 'parameter-in-clear',
  severity: 'warning',
  text: 'a parameter of type String is kept and shown in clear; SecureString is encrypted and needs a right to be decrypted',
  page: 'SSM sysman-paramstore-securestring',
  fix: 'set type to SecureString',
  find: ({ topology }) =>
    topology.parameters
      .filter((p) => p.parameterType !== 'SecureString')
      .filter((p) => secretText(p.value) !== null || secretName(p.name, p.value) === 'name')
      .map((p) => ({
        address: `${p.address}.type`,
        message: `the parameter ${p.name} is a secret by its name or value`,
        value: p.parameterType,
      })),
};
