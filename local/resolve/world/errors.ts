/** Errors of evaluation as coded problems: where, which expression, what to do. */
import { CutoverError, type Problem } from '../../errors.ts';
import { ExpressionError } from '../expr/ast.ts';
import { FunctionMissing } from '../expr/functions/index.ts';

export const dangling = (message: string, fix: string): CutoverError =>
  new CutoverError({
    code: 'DANGLING_REFERENCE',
    message,
    rule: 'a reference names a block of the same stack, or an output of another',
    fix,
  });

/** Adds address and expression to what was thrown while a text was evaluated; rethrows bugs as they are. */
export function located(error: unknown, address: string, text: string): CutoverError {
  if (error instanceof CutoverError) {
    const [first, ...rest] = error.problems as readonly [Problem, ...Problem[]];
    return first.address ? error : new CutoverError([{ ...first, address, value: text }, ...rest]);
  }
  if (error instanceof FunctionMissing)
    return new CutoverError({
      code: 'UNSUPPORTED_FUNCTION',
      address,
      message: error.message,
      value: text,
      rule: 'functions that always give the same value for the same arguments',
      fix: 'compute the value in the cdktf app instead',
    });
  // A text or list too long for the machine, or a call stack that is exhausted.
  if (error instanceof RangeError) return located(new ExpressionError('the value is too large'), address, text);
  if (!(error instanceof ExpressionError)) throw error;
  const where = error.at >= 0 ? `, at character ${error.at + 1}` : '';
  return new CutoverError({
    code: 'INVALID_EXPRESSION',
    address,
    message: `the expression cannot be evaluated: ${error.message}${where}`,
    value: text,
    rule: 'Terraform expression language',
    fix: 'correct the expression; a literal ${ is written $${',
  });
}

/** Runs, and keeps the problems of a CutoverError instead of throwing it. */
export function attempt<T>(problems: Problem[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CutoverError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
