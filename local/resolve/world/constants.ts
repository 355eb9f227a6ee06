/** Values that are written where nothing is known: defaults of variables, files of their values. */
import { isObject } from '../../read/json.ts';
import { ExpressionError } from '../expr/ast.ts';
import { evaluate } from '../expr/evaluate.ts';
import { located } from './errors.ts';
import { parseCached } from './references.ts';

/** @param value in which any text may be a template @throws CutoverError INVALID_EXPRESSION where one refers to something */
export function constantOf(value: unknown, at: string): unknown {
  if (Array.isArray(value)) return value.map((item, i) => constantOf(item, `${at}[${i}]`));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [String(constantOf(k, at)), constantOf(v, `${at}.${k}`)]),
    );
  if (typeof value !== 'string' || !/[$%]\{/.test(value)) return value;
  try {
    return evaluate(parseCached(value), NOTHING);
  } catch (error) {
    throw located(error, at, value);
  }
}

const NOTHING = {
  lookup: ([name = '']: readonly string[]) => {
    throw new ExpressionError(`it cannot refer to ${name}: nothing is known here`);
  },
};
