/** Terraform's expressions and string templates as trees. */
import { ExpressionError, type Token, tokenize } from './lexer.ts';

export type Node =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly parts: readonly (string | Node)[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly index: Node }
  | { readonly kind: 'splat'; readonly of: Node; readonly each: (item: Node) => Node }
  | { readonly kind: 'item' }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Node[];
      readonly spread: boolean;
      readonly at: number;
    }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Node }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'if'; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'tuple'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Node, Node])[] }
  | {
      readonly kind: 'for';
      readonly key: string | null;
      readonly value: string;
      readonly over: Node;
      readonly resultKey: Node | null;
      readonly result: Node;
      readonly test: Node | null;
      readonly group: boolean;
    };

const MAX_DEPTH = 100;

/** A whole string of Terraform JSON: `"${expr}"` alone keeps the expression's type. @throws ExpressionError */
export function parseTemplate(text: string): Node {
  const parts = templateParts(text);
  if (parts.length === 1 && typeof parts[0] !== 'string') return parts[0] as Node;
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join('') };
  return { kind: 'template', parts };
}

function templateParts(text: string): (string | Node)[] {
  const parts: (string | Node)[] = [];
  let literal = '';
  let i = 0;
  while (i < text.length) {
    const two = text.slice(i, i + 2);
    if ((two === '$$' || two === '%%') && text[i + 2] === '{') {
      literal += `${two[0]}{`;
      i += 3;
    } else if (two === '%{') throw new ExpressionError('template directives (%{if}, %{for}) are not supported', i);
    else if (two === '${') {
      const end = closing(text, i + 2);
      if (literal) parts.push(literal);
      literal = '';
      parts.push(parseExpression(text.slice(i + 2, end)));
      i = end + 1;
    } else literal += text[i++];
  }
  if (literal || parts.length === 0) parts.push(literal);
  return parts;
}

function closing(text: string, start: number): number {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = skipString(text, i);
    else if (c === '{') depth += 1;
    else if (c === '}' && --depth === 0) return i;
  }
  throw new ExpressionError('${ is not closed', start);
}

function skipString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
    else if (text[i] === '$' && text[i + 1] === '{' && text[i - 1] !== '$') i = closing(text, i + 2);
  }
  throw new ExpressionError('a string is not closed', start);
}

/** @throws ExpressionError */
export function parseExpression(source: string): Node {
  const parser = new Parser(tokenize(source));
  const node = parser.expression();
  parser.expectEnd();
  return node;
}

const PRECEDENCE: Readonly<Record<string, number>> = {
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

class Parser {
  #tokens: readonly Token[];
  #i = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #now(): Token {
    return this.#tokens[this.#i] as Token;
  }

  #is(text: string): boolean {
    return this.#now.kind === 'op' && this.#now.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#i += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text))
      throw new ExpressionError(`expected ${text}, found ${this.#now.text || 'the end'}`, this.#now.at);
  }

  #word(): string {
    if (this.#now.kind !== 'name')
      throw new ExpressionError(`expected a name, found ${this.#now.text || 'the end'}`, this.#now.at);
    return this.#tokens[this.#i++]?.text ?? '';
  }

  expectEnd(): void {
    if (this.#now.kind !== 'end') throw new ExpressionError(`unexpected ${this.#now.text}`, this.#now.at);
  }

  expression(): Node {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`nested deeper than ${MAX_DEPTH}`, this.#now.at);
    const test = this.#binary(1);
    let node = test;
    if (this.#take('?')) {
      const yes = this.expression();
      this.#expect(':');
      node = { kind: 'if', test, yes, no: this.expression() };
    }
    this.#depth -= 1;
    return node;
  }

  #binary(minimum: number): Node {
    let left = this.#unary();
    for (;;) {
      const op = this.#now.kind === 'op' ? this.#now.text : '';
      const precedence = PRECEDENCE[op] ?? 0;
      if (precedence < minimum) return left;
      this.#i += 1;
      left = { kind: 'binary', op, left, right: this.#binary(precedence + 1) };
    }
  }

  #unary(): Node {
    for (const op of ['!', '-']) if (this.#take(op)) return { kind: 'unary', op, of: this.#unary() };
    return this.#postfix(this.#primary());
  }

  #postfix(start: Node): Node {
    let node = start;
    for (;;) {
      if (this.#take('.')) {
        if (this.#take('*')) return this.#splat(node);
        if (this.#now.kind === 'number')
          node = { kind: 'index', of: node, index: { kind: 'literal', value: Number(this.#tokens[this.#i++]?.text) } };
        else node = { kind: 'attribute', of: node, name: this.#word() };
      } else if (this.#take('[')) {
        if (this.#take('*')) {
          this.#expect(']');
          return this.#splat(node);
        }
        const index = this.expression();
        this.#expect(']');
        node = { kind: 'index', of: node, index };
      } else return node;
    }
  }

  /** What follows a splat applies to each element. */
  #splat(of: Node): Node {
    const rest = this.#postfix({ kind: 'item' });
    return { kind: 'splat', of, each: () => rest };
  }

  #primary(): Node {
    const token = this.#now;
    if (token.kind === 'number') {
      this.#i += 1;
      return { kind: 'literal', value: Number(token.text) };
    }
    if (token.kind === 'string') {
      this.#i += 1;
      return parseTemplate(unescaped(token));
    }
    if (this.#take('(')) {
      const node = this.expression();
      this.#expect(')');
      return node;
    }
    if (this.#take('[')) return this.#tuple();
    if (this.#take('{')) return this.#object();
    if (token.kind === 'name') return this.#named();
    throw new ExpressionError(`unexpected ${token.text || 'end'}`, token.at);
  }

  #named(): Node {
    const { at } = this.#now;
    const name = this.#word();
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
    if (name === 'null') return { kind: 'literal', value: null };
    if (!this.#take('(')) return { kind: 'name', name };
    const args: Node[] = [];
    let spread = false;
    while (!this.#take(')')) {
      args.push(this.expression());
      spread = this.#take('...');
      if (!this.#take(',')) {
        this.#expect(')');
        break;
      }
    }
    return { kind: 'call', name, args, spread, at };
  }

  #tuple(): Node {
    if (this.#now.kind === 'name' && this.#now.text === 'for') return this.#for(']');
    const items: Node[] = [];
    while (!this.#take(']')) {
      items.push(this.expression());
      if (!this.#take(',')) {
        this.#expect(']');
        break;
      }
    }
    return { kind: 'tuple', items };
  }

  #object(): Node {
    if (this.#now.kind === 'name' && this.#now.text === 'for') return this.#for('}');
    const entries: (readonly [Node, Node])[] = [];
    while (!this.#take('}')) {
      const bare = this.#now.kind === 'name' && ['=', ':'].includes(this.#tokens[this.#i + 1]?.text ?? '');
      const key: Node = bare ? { kind: 'literal', value: this.#word() } : this.expression();
      if (!this.#take('=')) this.#expect(':');
      entries.push([key, this.expression()]);
      this.#take(',');
    }
    return { kind: 'object', entries };
  }

  #for(end: string): Node {
    this.#word();
    let value = this.#word();
    let key: string | null = null;
    if (this.#take(',')) {
      key = value;
      value = this.#word();
    }
    if (this.#word() !== 'in') throw new ExpressionError('expected in', this.#now.at);
    const over = this.expression();
    this.#expect(':');
    let result = this.expression();
    let resultKey: Node | null = null;
    if (this.#take('=>')) {
      resultKey = result;
      result = this.expression();
    }
    const group = this.#take('...');
    let test: Node | null = null;
    if (this.#now.kind === 'name' && this.#now.text === 'if') {
      this.#i += 1;
      test = this.expression();
    }
    this.#expect(end);
    return { kind: 'for', key, value, over, resultKey, result, test, group };
  }
}

/** Escapes of a quoted string, outside its `${…}`, which keep their own quotes. */
function unescaped(token: Token): string {
  const text = token.text.slice(1, -1);
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '$' && text[i + 1] === '{' && text[i - 1] !== '$') {
      const end = closing(text, i + 2);
      out += text.slice(i, end + 1);
      i = end;
    } else if (text[i] === '\\') {
      i += 1;
      const c = text[i] ?? '';
      const simple: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
      if (c === 'u') {
        out += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 5), 16));
        i += 4;
      } else if (c in simple) out += simple[c];
      else throw new ExpressionError(`unknown escape \\${c}`, token.at + i);
    } else out += text[i];
  }
  return out;
}
