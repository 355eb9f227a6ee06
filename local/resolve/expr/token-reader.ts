/** The token that comes next, and steps over it. */
import { ExpressionError } from './ast.ts';
import { type Token, tokenAt } from './lexer.ts';

export class TokenReader {
  readonly source: string;
  position = 0;
  #ahead: Token | null = null;

  constructor(source: string) {
    this.source = source;
  }

  protected get now(): Token {
    this.#ahead ??= tokenAt(this.source, this.position);
    return this.#ahead;
  }

  protected skip(): Token {
    const token = this.now;
    this.position = token.at + token.text.length;
    this.#ahead = null;
    return token;
  }

  protected is(op: string): boolean {
    return this.now.kind === 'op' && this.now.text === op;
  }

  protected take(op: string): boolean {
    if (!this.is(op)) return false;
    this.skip();
    return true;
  }

  protected expect(op: string): void {
    if (!this.take(op)) throw new ExpressionError(`expected ${op}, found ${this.now.text || 'the end'}`, this.now.at);
  }

  protected word(): string {
    if (this.now.kind !== 'name')
      throw new ExpressionError(`expected a name, found ${this.now.text || 'the end'}`, this.now.at);
    return this.skip().text;
  }

  protected isWord(word: string): boolean {
    return this.now.kind === 'name' && this.now.text === word;
  }

  expectEnd(): void {
    if (this.now.kind !== 'end') throw new ExpressionError(`unexpected ${this.now.text}`, this.now.at);
  }
}
