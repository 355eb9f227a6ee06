/** Tokens of Terraform's expression language, one at a time: inside quotes the parser reads characters itself. */
import { ExpressionError } from './ast.ts';

export interface Token {
  readonly kind: 'number' | 'name' | 'op' | 'quote' | 'end';
  readonly text: string;
  readonly at: number;
}

const SPACE = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A hyphen belongs to a name, as in HCL; a digit cannot start one. */
const NAME = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const OPERATOR = /\.\.\.|==|!=|<=|>=|&&|\|\||=>|<<|~\}|::|[-+*/%<>!?:.,()[\]{}=]/y;

/** Binary operators; the higher binds tighter. */
export const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

/** @returns the token at or after a position @throws ExpressionError for a character that starts none */
export function tokenAt(source: string, position: number): Token {
  SPACE.lastIndex = position;
  SPACE.exec(source);
  const at = Math.max(position, SPACE.lastIndex);
  if (at >= source.length) return { kind: 'end', text: '', at };
  if (source[at] === '"') return { kind: 'quote', text: '"', at };
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['op', OPERATOR],
  ] as const) {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) return { kind, text: found[0], at };
  }
  throw new ExpressionError(`unexpected ${JSON.stringify(source[at])}`, at);
}
