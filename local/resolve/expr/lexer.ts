/** Tokens of Terraform's expression language. */

export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'op' | 'end';
  readonly text: string;
  /** For a string: its template parts, as parsed by {@link ../template.ts}. */
  readonly at: number;
}

/** What is wrong with an expression, and where in it. */
export class ExpressionError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.name = 'ExpressionError';
    this.at = at;
  }
}

const OPERATORS = [
  '...',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '=>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '!',
  '?',
  ':',
  '.',
  ',',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '=',
];

/** @throws ExpressionError */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^(\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const number = /^\d+(\.\d+)?([eE][+-]?\d+)?/.exec(rest);
    const name = /^[A-Za-z_][A-Za-z0-9_-]*/.exec(rest);
    if (number) tokens.push({ kind: 'number', text: number[0], at });
    else if (name) tokens.push({ kind: 'name', text: name[0], at });
    else if (rest[0] === '"') tokens.push({ kind: 'string', text: source.slice(at, stringEnd(source, at)), at });
    else {
      const op = OPERATORS.find((o) => rest.startsWith(o));
      if (!op) throw new ExpressionError(`unexpected ${JSON.stringify(rest[0])}`, at);
      tokens.push({ kind: 'op', text: op, at });
    }
    at += tokens.at(-1)?.text.length ?? 1;
  }
  tokens.push({ kind: 'end', text: '', at: source.length });
  return tokens;
}

/** Index after the closing quote; quotes inside `${…}` belong to the expression there. */
function stringEnd(source: string, start: number): number {
  let depth = 0;
  for (let i = start + 1; i < source.length; i++) {
    const c = source[i];
    if (depth === 0) {
      if (c === '\\') i += 1;
      else if (c === '"') return i + 1;
      else if ((c === '$' || c === '%') && source[i + 1] === '{') {
        if (source[i - 1] === c) continue;
        depth = 1;
        i += 1;
      }
    } else if (c === '"') i = stringEnd(source, i) - 1;
    else if (c === '{') depth += 1;
    else if (c === '}') depth -= 1;
  }
  throw new ExpressionError('a string is not closed', start);
}
