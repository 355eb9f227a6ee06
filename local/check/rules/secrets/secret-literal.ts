import { isObject, own } from '../../../read/json.ts';
import { labelled } from '../../../resolve/world/blocks.ts';
import type { Found, Rule, System } from '../../contracts.ts';

/** Type → attributes that hold a secret. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  aws_ssm_parameter: ['value', 'value_wo'],
  aws_secretsmanager_secret_version: ['secret_string', 'secret_binary', 'secret_string_wo'],
};

export const secretLiteral: Rule = {
  id: 'secret-literal',
  severity: 'error',
  text: 'a secret written into the stack is in the synthesized JSON, in its history and in the state, for whoever reads those',
  page: 'SSM sysman-paramstore-securestring, Terraform sensitive data in state',
  fix: 'generate it (random_password), or give it as a variable without default',
  find: (system) => Object.keys(SECRETS).flatMap((type) => ofType(type, system)),
};

const ofType = (type: string, { raw }: System): Found[] =>
  raw.stacks.flatMap(({ name: stack, json }) =>
    labelled(json['resource'], stack, [])
      .filter(([label]) => label === type)
      .flatMap(([, named]) => labelled(named, stack, []))
      .flatMap(([name, body]) => {
        const block: unknown = Array.isArray(body) ? body[0] : body;
        if (!isObject(block)) return [];
        if (type === 'aws_ssm_parameter' && block['type'] !== 'SecureString') return [];
        return (own(SECRETS, type) ?? [])
          .filter((attribute) => isLiteral(block[attribute]))
          .map((attribute) => ({
            address: `${stack}/${type}.${name}.${attribute}`,
            message: 'the secret is written in the stack',
            value: `(${String(block[attribute]).length} characters, not shown)`,
          }));
      }),
  );

/** Nothing of it is a reference, and it is more than a placeholder that somebody replaces. */
const isLiteral = (value: unknown): boolean =>
  typeof value === 'string' &&
  value !== '' &&
  !value.includes('${') &&
  !/^(change[-_ ]?me|placeholder|unset|todo|-+)$/i.test(value);
