/** Terraform variables: given values, defaults, types and validations. */
import { CutoverError, type Problem } from '../../errors.ts';
import type { Json } from '../../read/json.ts';
import type { RawStacks } from '../../read/read-stacks.ts';
import { ExpressionError } from '../expr/ast.ts';
import { asBoolean, asNumber, asText } from '../expr/values.ts';
import { nearest } from '../nearest.ts';
import { declared, labelled } from './blocks.ts';
import { dangling } from './errors.ts';

/** @throws CutoverError MISSING_VARIABLE | DANGLING_REFERENCE | INVALID_CONFIG */
export function variableOf(stack: string, json: Json, name: string, given: Readonly<Record<string, unknown>>): unknown {
  const body = declared(json, 'variable', name);
  if (!body) {
    const close = nearest(
      name,
      labelled(json['variable'], 'variable', []).map(([n]) => n),
    );
    throw dangling(`there is no variable ${name}`, close ? `did you mean var.${close}?` : `declare variable ${name}`);
  }
  if (Object.hasOwn(given, name)) return typed(stack, name, body, given[name]);
  if (Object.hasOwn(body, 'default')) return typed(stack, name, body, body['default']);
  throw missingVariable(stack, name);
}

const missingVariable = (stack: string, name: string): CutoverError =>
  new CutoverError({
    code: 'MISSING_VARIABLE',
    address: `${stack}/var.${name}`,
    message: `the variable ${name} has no value`,
    rule: 'a variable without default needs a value',
    fix: `set it in the environment: TF_VAR_${name}=…`,
  });

/** Values from the environment are texts or whatever parsed as JSON; the declared type decides. */
function typed(stack: string, name: string, body: Json, value: unknown): unknown {
  const type = String(body['type'] ?? 'any').replace(/^\$\{|\}$/g, '');
  if (value === null) return null;
  try {
    if (type === 'string') return asText(value);
    if (type === 'number') return asNumber(value);
    return type === 'bool' ? asBoolean(value) : value;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address: `${stack}/var.${name}`,
      message: `the variable ${name} is no ${type}: ${error.message}`,
      value,
      rule: `type ${type}`,
      fix: `set TF_VAR_${name} to a ${type}`,
    });
  }
}

/** Terraform asks for every variable, used or not. */
export function checkVariables(raw: RawStacks, given: Readonly<Record<string, unknown>>): Problem[] {
  return raw.stacks.flatMap(({ name: stack, json }) =>
    labelled(json['variable'], `${stack}/variable`, []).flatMap(([name]) => {
      try {
        variableOf(stack, json, name, given);
        return [];
      } catch (error) {
        if (!(error instanceof CutoverError)) throw error;
        return error.problems.map((p) => ({ ...p, address: p.address ?? `${stack}/var.${name}` }));
      }
    }),
  );
}
