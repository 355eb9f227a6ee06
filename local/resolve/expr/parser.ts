/** Terraform's expressions as trees: one pass, precedence climbing. String templates are in template.ts. */
import { ExpressionError, type Node } from './ast.ts';
import { heredocAt } from './heredoc.ts';
import { PRECEDENCE } from './lexer.ts';
import { templateNode, templateParts } from './template.ts';
import { TokenReader } from './token-reader.ts';

/** Deeper nesting than anybody writes; keeps the recursion inside the call stack. */
const MAX_DEPTH = 100;
/** Operators or steps one after another; each makes the tree one deeper. */
const MAX_CHAIN = 1000;

/** A whole string of Terraform JSON: `"${expr}"` alone keeps the expression's type. @throws ExpressionError */
export function parseTemplate(text: string): Node {
  const parser = new Parser(text);
  return templateNode(templateParts(parser, false));
}

/** One expression without `${ }`. @throws ExpressionError */
export function parseExpression(source: string): Node {
  const parser = new Parser(source);
  const node = parser.expression();
  parser.expectEnd();
  return node;
}

export class Parser extends TokenReader {
  #depth = 0;

  /** The word of a `%{ word …`. */
  directive(): string {
    return this.word();
  }

  /** What a `%{ for` has before its `}`. */
  loop(): { readonly key: string | null; readonly value: string; readonly over: Node } {
    const first = this.word();
    const second = this.take(',') ? this.word() : null;
    if (!this.isWord('in')) throw new ExpressionError('expected in', this.now.at);
    this.skip();
    return { key: second === null ? null : first, value: second ?? first, over: this.expression() };
  }

  /** Ends a `${` or `%{`. @returns whether it is `~}`, which strips the space after it */
  closeInterpolation(): boolean {
    if (this.take('~}')) return true;
    if (this.now.kind === 'end') throw new ExpressionError('${ is not closed', this.now.at);
    this.expect('}');
    return false;
  }

  expression(): Node {
    return this.#nested(() => {
      const test = this.#binary(1);
      if (!this.take('?')) return test;
      const yes = this.expression();
      this.expect(':');
      return { kind: 'if', test, yes, no: this.expression() };
    });
  }

  #nested(parse: () => Node): Node {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`nested deeper than ${MAX_DEPTH}`, this.position);
    const node = parse();
    this.#depth -= 1;
    return node;
  }

  #binary(minimum: number): Node {
    let left = this.#unary();
    for (let length = 0; ; length++) {
      const op = this.now.kind === 'op' ? this.now.text : '';
      const precedence = PRECEDENCE[op] ?? 0;
      if (precedence < minimum) return left;
      this.#refuseLong(length);
      this.skip();
      left = { kind: 'binary', op, left, right: this.#binary(precedence + 1) };
    }
  }

  #unary(): Node {
    for (const op of ['!', '-'])
      if (this.take(op)) return this.#nested(() => ({ kind: 'unary', op, of: this.#unary() }));
    return this.#postfix(this.#primary());
  }

  #postfix(start: Node): Node {
    let node = start;
    let length = 0;
    for (let next = this.#step(node); next; next = this.#step(node)) {
      node = next;
      this.#refuseLong(length++);
    }
    return node;
  }

  #refuseLong(length: number): void {
    if (length > MAX_CHAIN) throw new ExpressionError(`more than ${MAX_CHAIN} operators in a row`, this.position);
  }

  /** One `.name`, `.0`, `[index]` or splat after a node; null where there is none. */
  #step(of: Node): Node | null {
    if (this.take('.')) {
      if (this.take('*')) return { kind: 'splat', of, rest: this.#attributes({ kind: 'item' }) };
      if (this.now.kind !== 'number') return { kind: 'attribute', of, name: this.word() };
      // `a.0.1` lexes as the number 0.1
      const indexes = this.skip().text.split('.');
      return indexes.reduce<Node>(
        (node, i) => ({ kind: 'index', of: node, index: { kind: 'literal', value: Number(i) } }),
        of,
      );
    }
    if (!this.take('[')) return null;
    if (this.take('*')) {
      this.expect(']');
      return { kind: 'splat', of, rest: this.#postfix({ kind: 'item' }) };
    }
    const index = this.expression();
    this.expect(']');
    return { kind: 'index', of, index };
  }

  /** After `.*` only attributes go to each element; an index goes to the whole list. */
  #attributes(start: Node): Node {
    let node = start;
    while (this.take('.')) node = { kind: 'attribute', of: node, name: this.word() };
    return node;
  }

  #primary(): Node {
    const token = this.now;
    if (token.kind === 'number') return { kind: 'literal', value: Number(this.skip().text) };
    if (token.kind === 'quote') {
      this.skip();
      return this.#nested(() => templateNode(templateParts(this, true)));
    }
    if (this.take('(')) {
      const node = this.expression();
      this.expect(')');
      return node;
    }
    if (this.take('[')) return this.#tuple();
    if (this.take('{')) return this.#object();
    if (token.kind === 'name') return this.#named();
    if (this.is('<<')) return this.#nested(() => this.#heredoc());
    throw new ExpressionError(`unexpected ${token.text || 'end'}`, token.at);
  }

  #heredoc(): Node {
    const { body, end } = heredocAt(this.source, this.skip().at);
    this.position = end;
    return { kind: 'template', parts: templateParts(new Parser(body), false) };
  }

  #named(): Node {
    const { text, at } = this.skip();
    let name = text;
    // `provider::aws::…` are functions of a provider, `core::…` Terraform's own.
    while (this.take('::')) name = name === 'core' ? this.word() : `${name}::${this.word()}`;
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' };
    if (name === 'null') return { kind: 'literal', value: null };
    if (!this.take('(')) return { kind: 'name', name, at };
    const args: Node[] = [];
    let spread = false;
    while (!this.take(')')) {
      args.push(this.expression());
      spread = this.take('...');
      if (spread || !this.take(',')) {
        this.expect(')');
        break;
      }
    }
    return { kind: 'call', name, args, spread, at };
  }

  #tuple(): Node {
    if (this.isWord('for')) return this.#for(']');
    const items: Node[] = [];
    while (!this.take(']')) {
      items.push(this.expression());
      if (!this.take(',')) {
        this.expect(']');
        break;
      }
    }
    return { kind: 'tuple', items };
  }

  /** Entries end with a comma or a line; both may be left out before the brace. */
  #object(): Node {
    if (this.isWord('for')) return this.#for('}');
    const entries: (readonly [Node, Node])[] = [];
    while (!this.take('}')) {
      // Only a bare word is the key itself: in brackets or quotes it is a reference.
      const isWord = this.now.kind === 'name';
      const key = this.expression();
      if (!this.take('=')) this.expect(':');
      entries.push([isWord && key.kind === 'name' ? { kind: 'literal', value: key.name } : key, this.expression()]);
      this.take(',');
    }
    return { kind: 'object', entries };
  }

  #for(end: string): Node {
    this.word();
    const { key, value, over } = this.loop();
    this.expect(':');
    let result = this.expression();
    let resultKey: Node | null = null;
    if (this.take('=>')) {
      resultKey = result;
      result = this.expression();
    }
    if ((end === '}') !== (resultKey !== null))
      throw new ExpressionError(end === '}' ? 'expected => in {for …}' : 'unexpected => in [for …]', this.position);
    const group = this.take('...');
    let test: Node | null = null;
    if (this.isWord('if')) {
      this.skip();
      test = this.expression();
    }
    this.expect(end);
    return { kind: 'for', key, value, over, resultKey, result, test, group };
  }
}
