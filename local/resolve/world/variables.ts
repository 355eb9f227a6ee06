/** Terraform variables: given values, defaults and types. Their validations are in validations.ts. */
import { CutoverError, type Problem } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { GivenValue } from '../../read/raw.ts';
import type { FidelityNote } from '../../topology.ts';
import { ExpressionError } from '../expr/ast.ts';
import { evaluate } from '../expr/evaluate.ts';
import { parseExpression } from '../expr/parser.ts';
import { nearest } from '../nearest.ts';
import { inHome } from './addresses.ts';
import { declared, labelled } from './blocks.ts';
import { constantOf } from './constants.ts';
import { attempt, dangling } from './errors.ts';
import type { Home } from './homes.ts';
import { toType } from './variable-types.ts';
import type { World } from './world.ts';

/** What is given to a stack; files go before the environment (Terraform: variable definition precedence). */
export interface GivenValues {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, GivenValue>;
}

/** A value that a caller gives. */
export interface Given {
  readonly value: unknown;
  readonly isSecret: boolean;
}

/** What a value is converted for, and how to give another. */
interface Target {
  readonly address: string;
  readonly name: string;
  readonly body: Json;
  readonly isSecret: boolean;
  readonly fix: string;
}

/** @throws CutoverError MISSING_VARIABLE | DANGLING_REFERENCE | INVALID_CONFIG */
export function variableOf(stack: string, json: Json, name: string, given: GivenValues): unknown {
  const body = bodyOf(json, name);
  const isSecret = body['sensitive'] === true;
  const target: Target = { address: `${stack}/var.${name}`, name, body, isSecret, fix: `set TF_VAR_${name}` };
  const inFile = given.files.get(name);
  if (inFile) {
    const ofFile = { ...target, fix: `set ${name} in ${inFile.file}` };
    return typed(ofFile, constantOf(inFile.value, target.address));
  }
  if (Object.hasOwn(given.environment, name)) return typed(target, givenValue(body, given.environment[name]));
  const missing = `set it in the environment: TF_VAR_${name}=…, or in terraform.tfvars`;
  return defaultOf(target, missing);
}

/** @param evaluated the argument of a name, and where its problems are @throws CutoverError MISSING_VARIABLE | DANGLING_REFERENCE | INVALID_CONFIG */
export function argumentOf(home: Home, name: string, evaluated: (name: string, at: string) => Given): unknown {
  const { call, json, key } = home;
  const body = bodyOf(json, name);
  const at = `${call?.address}.${name}`;
  const target: Target = {
    address: inHome(key, `var.${name}`),
    name,
    body,
    isSecret: body['sensitive'] === true,
    fix: `set ${name} in the module block`,
  };
  if (!Object.hasOwn(call?.body ?? {}, name)) return defaultOf(target, `set ${name} in the block module ${call?.name}`);
  const { value, isSecret } = evaluated(name, at);
  return typed({ ...target, isSecret: isSecret || target.isSecret }, value ?? null);
}

function bodyOf(json: Json, name: string): Json {
  const body = declared(json, 'variable', name);
  if (body) return body;
  const close = nearest(
    name,
    labelled(json['variable'], 'variable', []).map(([n]) => n),
  );
  throw dangling(`there is no variable ${name}`, close ? `did you mean var.${close}?` : `declare variable ${name}`);
}

/** In native syntax a default may be any constant expression (see read/hcl/normalise.ts). */
const hasDefault = (body: Json): boolean => Object.hasOwn(body, 'default') || Object.hasOwn(body, '//default');

const writtenDefault = ({ address, body }: Target): unknown =>
  Object.hasOwn(body, '//default') ? constantOf(body['//default'], `${address}.default`) : body['default'];

function defaultOf(target: Target, fix: string): unknown {
  if (hasDefault(target.body)) return typed(target, writtenDefault(target));
  throw missingVariable(target, fix);
}

const missingVariable = ({ address, name }: Target, fix: string): CutoverError =>
  new CutoverError({
    code: 'MISSING_VARIABLE',
    address,
    message: `the variable ${name} has no value`,
    rule: 'a variable without default needs a value',
    fix,
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

function typed(target: Target, value: unknown): unknown {
  const { address, name, body, isSecret, fix } = target;
  const type = String(body['type'] ?? 'any').replace(/^\s*\$\{([\s\S]*)\}\s*$/, '$1');
  const isNullable = body['nullable'] !== false && body['nullable'] !== 'false';
  if (value === null && isNullable) return null;
  const given = value === null && hasDefault(body) ? writtenDefault(target) : value;
  if (given === null || given === undefined) throw missingVariable(target, fix);
  try {
    return toType(type, given);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address,
      message: `the variable ${name} is no ${type}${isSecret ? '' : `: ${error.message}`}`,
      value: isSecret ? '(sensitive)' : given,
      rule: `type ${type}`,
      fix: `${fix}, to a ${type}`,
    });
  }
}

/** Terraform asks for every variable, used or not. */
export function checkVariables(world: World): Problem[] {
  const problems: Problem[] = [];
  for (const { key, json } of world.homes)
    for (const [name, body] of labelled(json['variable'], inHome(key, 'variable'), [])) {
      // That it is no block has been told.
      if (!isObject([body].flat()[0])) continue;
      const found: Problem[] = [];
      attempt(found, () => world.named.variable(key, name));
      problems.push(...found.map((p) => ({ ...p, address: p.address ?? inHome(key, `var.${name}`) })));
    }
  return problems;
}

/** Values for variables that nobody declares: Terraform warns of those in files and goes on. */
export function noteUnknown(world: World, notes: Map<string, FidelityNote>): void {
  for (const { name: stack, json, given = new Map<string, GivenValue>() } of world.raw.stacks)
    for (const [name, { file }] of given) {
      if (declared(json, 'variable', name)) continue;
      const subject = `${stack}/var.${name}`;
      const reason = `${file} gives it a value, but no such variable is declared`;
      notes.set(`no-local-effect ${subject}`, { kind: 'no-local-effect', subject, reason });
    }
}
