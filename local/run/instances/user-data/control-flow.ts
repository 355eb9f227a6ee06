/**
 * `if`, loops and functions in user data. Nothing is evaluated: what depends on a condition is left out, and said; a
 * loop that waits for something (`until aws s3 cp …`) is taken as done once its command is. Pure.
 */

/** What to do with a command. */
export type Flow =
  | {
      readonly do: 'run';
      /** Keywords before it. */
      readonly drop: number;
    }
  | { readonly do: 'skip' }
  /** Nothing to do; the keyword alone stood there. */
  | { readonly do: 'pass' };

type Block = 'if' | 'loop-head' | 'loop' | 'wait' | 'case' | 'function' | 'group';

const PASS: Flow = { do: 'pass' };
const SKIP: Flow = { do: 'skip' };

export class ControlFlow {
  readonly #open: Block[] = [];

  /** @param words the command's words as written */
  next(words: readonly string[]): Flow {
    const [first = '', ...rest] = words;
    const closed = this.#close(first);
    if (closed) return PASS;
    const innermost = this.#open.at(-1);
    if (first === 'if') return this.#begin('if', SKIP);
    if (first === 'case') return this.#begin('case', SKIP);
    if (first === 'for' || first === 'select') return this.#begin('loop-head', PASS);
    if (first === 'function' || first.endsWith('()') || rest[0] === '()') return this.#begin('function', PASS);
    if (first === '{' && innermost !== 'function') return this.#begin('group', PASS, rest);
    if (this.#skips()) return SKIP;
    if (first === 'until' || first === 'while') {
      this.#open.push('wait');
      return { do: 'run', drop: rest[0] === '!' ? 2 : 1 };
    }
    if (first === 'do' && innermost === 'loop-head') {
      this.#open[this.#open.length - 1] = 'loop';
      return rest.length > 0 ? { do: 'run', drop: 1 } : PASS;
    }
    return { do: 'run', drop: first === '!' ? 1 : 0 };
  }

  #begin(block: Block, flow: Flow, rest: readonly string[] = []): Flow {
    this.#open.push(block);
    return rest.length > 0 && !this.#skips() ? { do: 'run', drop: 1 } : flow;
  }

  #close(word: string): boolean {
    const innermost = this.#open.at(-1);
    const closes =
      (word === 'fi' && innermost === 'if') ||
      (word === 'esac' && innermost === 'case') ||
      (word === 'done' && (innermost === 'loop' || innermost === 'loop-head' || innermost === 'wait')) ||
      (word === '}' && (innermost === 'function' || innermost === 'group'));
    if (closes) this.#open.pop();
    return closes;
  }

  /** The condition of a waiting loop has been run when its `do` comes: what follows is the wait. */
  #skips(): boolean {
    return this.#open.some((block) => block === 'if' || block === 'case' || block === 'function' || block === 'wait');
  }
}
