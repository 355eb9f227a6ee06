/** Terraform's functions, the widely used ones, in one table. An unknown one is refused by name. */
import { CutoverError } from '../../../errors.ts';
import { nearest } from '../../nearest.ts';
import { ExpressionError } from '../ast.ts';
import { COLLECTIONS } from './collections.ts';
import { DATES } from './dates.ts';
import { DOCUMENTS } from './documents.ts';
import { ENCODINGS } from './encodings.ts';
import { NETWORK } from './network.ts';
import { NUMBERS } from './numbers.ts';
import { PROVIDER_FUNCTIONS } from './providers.ts';
import { STRINGS } from './strings.ts';

/** May throw any Error; the caller says which function it was. */
export type Fn = (...args: unknown[]) => unknown;

/** Smallest and largest number of arguments, and the function. */
export type Functions = Readonly<Record<string, readonly [min: number, max: number, run: Fn]>>;

const CHANGING = 'its value changes with each run';
const FILES = 'no files are read where it stands';
const REFUSED: Readonly<Record<string, string>> = {
  timestamp: CHANGING,
  plantimestamp: CHANGING,
  uuid: CHANGING,
  bcrypt: CHANGING,
  file: FILES,
  filebase64: FILES,
  fileexists: FILES,
  fileset: 'which files there are is not looked at: name each with file()',
  abspath: 'where the files lie differs from machine to machine: write the path without it',
  pathexpand: 'home folders differ from machine to machine: write the path without it',
  filemd5: FILES,
  filesha1: FILES,
  filesha256: FILES,
  filesha512: FILES,
  filebase64sha256: FILES,
  filebase64sha512: FILES,
  templatefile: FILES,
  ephemeralasnull: 'ephemeral values are followed through attributes only: leave it out',
  issensitive: 'sensitive values are followed through attributes only: leave it out',
  rsadecrypt: 'no private keys are read here',
};

const ALL: Functions = {
  ...STRINGS,
  ...NUMBERS,
  ...COLLECTIONS,
  ...ENCODINGS,
  ...NETWORK,
  ...DATES,
  ...DOCUMENTS,
  ...PROVIDER_FUNCTIONS,
};

export const FUNCTION_NAMES: readonly string[] = [...Object.keys(ALL), 'try', 'can', 'templatestring'].sort();

/** A function that is unknown, or refused with its reason. */
export class FunctionMissing extends ExpressionError {
  readonly functionName: string;
  constructor(name: string, message: string, at: number) {
    super(message, at);
    this.name = 'FunctionMissing';
    this.functionName = name;
  }
}

/** @param at where the call is, for the error @throws FunctionMissing, ExpressionError */
export function callFunction(name: string, args: readonly unknown[], at: number): unknown {
  const found = Object.hasOwn(ALL, name) ? ALL[name] : undefined;
  if (!found) throw missing(name, at);
  const [min, max, run] = found;
  if (args.length < min || args.length > max)
    throw new ExpressionError(`${name}() takes ${arity(min, max)}, found ${args.length}`, at);
  try {
    return run(...args);
  } catch (error) {
    // Of a resource that it looks into.
    if (error instanceof CutoverError) throw error;
    throw new ExpressionError(`${name}(): ${error instanceof Error ? error.message : String(error)}`, at);
  }
}

function missing(name: string, at: number): FunctionMissing {
  const reason = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (reason) return new FunctionMissing(name, `${name}() cannot be evaluated here: ${reason}`, at);
  const close = nearest(name, FUNCTION_NAMES);
  return new FunctionMissing(name, `there is no function ${name}()${close ? `; did you mean ${close}()?` : ''}`, at);
}

function arity(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `at least ${min} argument${min === 1 ? '' : 's'}`;
  return min === max ? `${min} argument${min === 1 ? '' : 's'}` : `${min} to ${max} arguments`;
}
