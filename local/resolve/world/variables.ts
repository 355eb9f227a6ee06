/** Terraform variables: given values, defaults, types and validations. */
import { CutoverError, type Problem } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { RawStacks } from '../../read/read-stacks.ts';
import { ExpressionError } from '../expr/ast.ts';
import { evaluate } from '../expr/evaluate.ts';
import { parseExpression } from '../expr/parser.ts';
import { nearest } from '../nearest.ts';
import { declared, labelled } from './blocks.ts';
import { attempt, dangling } from './errors.ts';
import { toType } from './variable-types.ts';
import type { World } from './world.ts';

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
  if (Object.hasOwn(given, name)) return typed(stack, name, body, givenValue(body, given[name]));
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

/**
 * Values from the environment are texts: for a variable that is a text, a number or a boolean, or of no declared type, as
 * they stand; for any other, an expression (Terraform: input variables, "Complex-typed values").
 */
function givenValue({ type }: Json, given: unknown): unknown {
  if (typeof given !== 'string' || type === undefined || /^\s*(?:\$\{)?\s*(?:string|number|bool)\b/.test(String(type)))
    return given;
  try {
    return evaluate(parseExpression(given), { lookup: ([root = '']) => notKnown(root) });
  } catch (error) {
    // What is no expression is told as being of another type.
    if (error instanceof ExpressionError) return given;
    throw error;
  }
}

function notKnown(name: string): never {
  throw new ExpressionError(`a value cannot refer to ${name}`);
}

function typed(stack: string, name: string, body: Json, value: unknown): unknown {
  const type = String(body['type'] ?? 'any');
  const isNullable = body['nullable'] !== false && body['nullable'] !== 'false';
  if (value === null && isNullable) return null;
  const given = value === null ? (body['default'] ?? null) : value;
  if (given === null) throw missingVariable(stack, name);
  try {
    return toType(type, given);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address: `${stack}/var.${name}`,
      message: `the variable ${name} is no ${type}${body['sensitive'] === true ? '' : `: ${error.message}`}`,
      value: body['sensitive'] === true ? '(sensitive)' : given,
      rule: `type ${type}`,
      fix: `set TF_VAR_${name} to a ${type}`,
    });
  }
}

/** Terraform asks for every variable, used or not. */
export function checkVariables(raw: RawStacks, given: Readonly<Record<string, unknown>>): Problem[] {
  return raw.stacks.flatMap(({ name: stack, json }) =>
    labelled(json['variable'], `${stack}/variable`, []).flatMap(([name, body]) => {
      // That it is no block has been told.
      if (!isObject([body].flat()[0])) return [];
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

/** What `validation` blocks of variables refuse (Terraform: custom conditions), each by its own message. */
export function checkValidations(world: World): Problem[] {
  const problems: Problem[] = [];
  for (const { name: stack, json } of world.raw.stacks)
    for (const [name] of labelled(json['variable'], `${stack}/variable`, [])) {
      const address = `${stack}/var.${name}`;
      const validations = [declared(json, 'variable', name)?.['validation'] ?? []].flat().filter(isObject);
      // A variable without value, or of another type, has been reported.
      const value =
        validations.length > 0 ? attempt([], () => world.evaluateValue(`\${var.${name}}`, { stack }, address)) : null;
      for (const { condition, error_message: message } of value === undefined ? [] : validations) {
        const at = `${address}.validation`;
        const holds = attempt(problems, () => world.evaluateValue(condition, { stack }, at));
        if (holds === undefined || holds === true || holds === 'true') continue;
        const text = attempt(problems, () => world.evaluateValue(message, { stack }, at));
        problems.push({
          code: 'INVALID_CONFIG',
          address,
          message: `the variable ${name} is refused: ${String(text ?? 'its validation does not hold')}`,
          value: world.isSensitiveVariable(stack, name) ? '(sensitive)' : (value ?? null),
          rule: String(condition),
          fix: `set TF_VAR_${name} to a value that its validation takes`,
        });
      }
    }
  return problems;
}
