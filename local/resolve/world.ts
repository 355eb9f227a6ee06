/**
 * All blocks of all stacks, evaluated lazily: an attribute is computed when something asks for it, once, and a circle of
 * attributes is an error that shows the circle.
 */
import { CutoverError, type Problem } from '../errors.ts';
import { isObject, type Json, type RawStacks } from '../read/read-stacks.ts';
import { evaluate } from './expr/evaluate.ts';
import { FunctionMissing } from './expr/functions.ts';
import { ExpressionError } from './expr/lexer.ts';
import { type Node, parseTemplate } from './expr/parser.ts';
import { nearest } from './nearest.ts';

/** One `resource` or `data` block. */
export interface Block {
  readonly address: string;
  readonly stack: string;
  readonly mode: 'resource' | 'data';
  readonly type: string;
  readonly name: string;
  readonly body: Json;
}

/** Attributes that AWS, not the configuration, decides; may read the block's own attributes. */
export type Computed = (block: Block, attribute: (name: string) => unknown) => Json;

export interface WorldOptions {
  readonly variables: Readonly<Record<string, unknown>>;
  computedOf(block: Block): Computed | null;
}

const META = new Set(['//', 'depends_on', 'lifecycle', 'provider', 'count', 'for_each', 'provisioner', 'connection']);

export class World {
  readonly blocks = new Map<string, Block>();
  readonly #options: WorldOptions;
  readonly #raw: RawStacks;
  readonly #values = new Map<string, unknown>();
  readonly #asking: string[] = [];
  readonly problems: Problem[] = [];

  constructor(raw: RawStacks, options: WorldOptions) {
    this.#raw = raw;
    this.#options = options;
    for (const stack of raw.stacks)
      for (const mode of ['resource', 'data'] as const) this.#collect(stack.name, mode, stack.json[mode]);
  }

  #collect(stack: string, mode: Block['mode'], section: unknown): void {
    if (section === undefined) return;
    for (const [type, named] of entriesOf(section))
      for (const [name, body] of entriesOf(named)) {
        const address = `${stack}/${mode === 'data' ? 'data.' : ''}${type}.${name}`;
        const content = Array.isArray(body) && body.length === 1 ? body[0] : body;
        if (isObject(content)) this.blocks.set(address, { address, stack, mode, type, name, body: content });
        else
          this.problems.push({
            code: 'STACK_INVALID_JSON',
            address,
            message: 'the block is not an object',
            value: body,
            fix: 'synthesize it again',
          });
      }
  }

  stackJson(name: string): Json {
    return this.#raw.stacks.find((s) => s.name === name)?.json ?? {};
  }

  /** All configured attribute names of a block, without Terraform's own arguments. */
  attributeNames(block: Block): string[] {
    return Object.keys(block.body).filter((name) => !META.has(name));
  }

  /** Value of one attribute: configured, computed, or undefined. */
  attribute(block: Block, name: string): unknown {
    const key = `${block.address}.${name}`;
    return this.#once(key, () => {
      if (Object.hasOwn(block.body, name) && !META.has(name)) {
        const value = this.evaluateValue(block.body[name], block.stack, key);
        if (value !== null && value !== undefined) return value;
      }
      return this.#computed(block)[name];
    });
  }

  #computed(block: Block): Json {
    const key = `${block.address} (computed)`;
    if (this.#values.has(key)) return this.#values.get(key) as Json;
    const compute = this.#options.computedOf(block);
    const json = compute ? compute(block, (name) => this.#configured(block, name)) : {};
    this.#values.set(key, json);
    return json;
  }

  #configured(block: Block, name: string): unknown {
    if (!Object.hasOwn(block.body, name)) return undefined;
    const key = `${block.address}.${name}`;
    return this.#once(`${key} (configured)`, () => this.evaluateValue(block.body[name], block.stack, key)) ?? undefined;
  }

  #once(key: string, compute: () => unknown): unknown {
    if (this.#values.has(key)) return this.#values.get(key);
    if (this.#asking.includes(key)) {
      const circle = [...this.#asking.slice(this.#asking.indexOf(key)), key];
      throw new CutoverError({
        code: 'REFERENCE_CYCLE',
        address: key,
        message: `the value depends on itself: ${circle.join(' → ')}`,
        fix: 'break the circle',
      });
    }
    this.#asking.push(key);
    try {
      const value = compute();
      this.#values.set(key, value);
      return value;
    } finally {
      this.#asking.pop();
    }
  }

  /** Evaluates every string inside a JSON value. @throws CutoverError naming address, attribute and expression */
  evaluateValue(value: unknown, stack: string, at: string): unknown {
    if (typeof value === 'string') return this.#text(value, stack, at);
    if (Array.isArray(value)) return value.map((item, i) => this.evaluateValue(item, stack, `${at}[${i}]`));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([k]) => k !== '//')
        .map(([k, v]) => [k, this.evaluateValue(v, stack, `${at}.${k}`)]),
    );
  }

  #text(text: string, stack: string, at: string): unknown {
    if (!text.includes('${') && !text.includes('%{')) return text;
    try {
      return evaluate(parseTemplate(text), { lookup: (path) => this.#lookup(path, stack) });
    } catch (error) {
      if (error instanceof CutoverError) throw located(error, at, text);
      if (error instanceof FunctionMissing)
        throw new CutoverError({
          code: 'UNSUPPORTED_FUNCTION',
          address: at,
          message: error.message,
          value: text,
          fix: 'compute the value in the cdktf app instead',
        });
      if (!(error instanceof ExpressionError)) throw error;
      throw new CutoverError({
        code: 'INVALID_EXPRESSION',
        address: at,
        message: `the expression cannot be evaluated: ${error.message}`,
        value: text,
        rule: 'Terraform expression language',
        fix: 'correct the expression; a literal ${ is written $${',
      });
    }
  }

  #lookup(path: readonly string[], stack: string): { value: unknown; used: number } {
    const [root = '', second = '', third = ''] = path;
    if (root === 'var') return { value: this.#variable(second, stack), used: 2 };
    if (root === 'local') return { value: this.#local(second, stack), used: 2 };
    if (root === 'path') return { value: '.', used: 2 };
    if (root === 'terraform') return { value: 'default', used: 2 };
    if (root === 'data' && second === 'terraform_remote_state') return this.#remote(path, stack);
    if (root === 'data') return this.#blockAttribute(`${stack}/data.${second}.${third}`, path, 3);
    return this.#blockAttribute(`${stack}/${root}.${second}`, path, 2);
  }

  #blockAttribute(address: string, path: readonly string[], used: number): { value: unknown; used: number } {
    const block = this.blocks.get(address);
    if (!block) {
      const close = nearest(address, [...this.blocks.keys()]);
      throw dangling(
        path.join('.'),
        `there is no ${path.slice(0, used).join('.')}`,
        close ? `did you mean ${close}?` : 'declare it, or remove the reference',
      );
    }
    const name = path[used];
    if (name === undefined) return { value: this.all(block), used };
    const value = this.attribute(block, name);
    if (value !== undefined) return { value, used: used + 1 };
    const known = [...this.attributeNames(block), ...Object.keys(this.#computed(block))];
    const close = nearest(name, known);
    throw dangling(
      path.join('.'),
      `${address} has no attribute ${name}`,
      close ? `did you mean ${close}?` : `it has ${known.join(', ')}`,
    );
  }

  /** Every attribute of a block. */
  all(block: Block): Json {
    const names = new Set([...this.attributeNames(block), ...Object.keys(this.#computed(block))]);
    return Object.fromEntries([...names].map((name) => [name, this.attribute(block, name)]));
  }

  #variable(name: string, stack: string): unknown {
    if (Object.hasOwn(this.#options.variables, name)) return this.#options.variables[name];
    const declared = (this.stackJson(stack)['variable'] as Json | undefined)?.[name];
    const body = Array.isArray(declared) ? declared[0] : declared;
    if (isObject(body) && Object.hasOwn(body, 'default')) return body['default'];
    throw new CutoverError({
      code: declared ? 'MISSING_VARIABLE' : 'DANGLING_REFERENCE',
      address: `${stack}/var.${name}`,
      message: declared ? `the variable ${name} has no value` : `there is no variable ${name}`,
      fix: declared ? `set it in the environment: TF_VAR_${name}=…` : 'declare it, or remove the reference',
    });
  }

  #local(name: string, stack: string): unknown {
    const locals = this.stackJson(stack)['locals'];
    const all = Array.isArray(locals) ? Object.assign({}, ...locals) : locals;
    if (!isObject(all) || !Object.hasOwn(all, name))
      throw dangling(`local.${name}`, `there is no local ${name}`, 'declare it in locals');
    return this.#once(`${stack}/local.${name}`, () => this.evaluateValue(all[name], stack, `${stack}/local.${name}`));
  }

  /** Another stack's output, through its state. */
  #remote(path: readonly string[], stack: string): { value: unknown; used: number } {
    const [, , name = '', outputs, output] = path;
    const other = this.remoteStack(name, stack);
    if (outputs !== 'outputs' || output === undefined)
      throw dangling(path.join('.'), 'only outputs of a remote state can be read', 'write .outputs.NAME');
    return { value: this.output(other, output), used: 5 };
  }

  /** Which stack a remote state stands for: by cdktf's name for it, else by the state's file or key. */
  remoteStack(name: string, stack: string): string {
    const names = this.#raw.stacks.map((s) => s.name);
    const byName = /^cross-stack-reference-input-(.+)$/.exec(name)?.[1];
    if (byName && names.includes(byName)) return byName;
    const config = JSON.stringify(this.blocks.get(`${stack}/data.terraform_remote_state.${name}`)?.body ?? '');
    const byFile = [...names]
      .sort((a, b) => b.length - a.length)
      .find((s) => config.includes(`${s}.tfstate`) || config.includes(`/${s}/`));
    if (byFile) return byFile;
    throw dangling(
      `data.terraform_remote_state.${name}`,
      `it is not known which stack this state belongs to`,
      `there are ${names.join(', ')}`,
    );
  }

  output(stack: string, name: string): unknown {
    const declared = (this.stackJson(stack)['output'] as Json | undefined)?.[name];
    const body = Array.isArray(declared) ? declared[0] : declared;
    if (!isObject(body))
      throw dangling(`${stack} output ${name}`, `stack ${stack} has no output ${name}`, 'declare the output');
    return this.#once(`${stack}/output.${name}`, () =>
      this.evaluateValue(body['value'], stack, `${stack}/output.${name}`),
    );
  }

  /** Managed resources that a block refers to, through locals, data sources and other stacks' outputs too. */
  dependencies(block: Block): string[] {
    const found = new Set<string>();
    const seen = new Set<string>();
    const visitRef = (path: readonly string[], stack: string): void => {
      const [root = '', second = '', third = ''] = path;
      if (root === 'data' && second === 'terraform_remote_state') {
        const output = path[4];
        const other = this.remoteStack(third, stack);
        const body = (this.stackJson(other)['output'] as Json | undefined)?.[output ?? ''];
        if (seen.has(`${other}/${output}`)) return;
        seen.add(`${other}/${output}`);
        visit(body, other);
      } else if (root === 'local') {
        if (seen.has(`${stack}/local.${second}`)) return;
        seen.add(`${stack}/local.${second}`);
        visit((this.stackJson(stack)['locals'] as Json | undefined)?.[second], stack);
      } else if (root === 'data') {
        const address = `${stack}/data.${second}.${third}`;
        if (seen.has(address)) return;
        seen.add(address);
        visit(this.blocks.get(address)?.body, stack);
      } else if (this.blocks.has(`${stack}/${root}.${second}`)) found.add(`${stack}/${root}.${second}`);
    };
    const visit = (value: unknown, stack: string): void => {
      if (typeof value === 'string' && value.includes('${'))
        for (const path of referencesIn(value)) visitRef(path, stack);
      else if (Array.isArray(value)) for (const item of value) visit(item, stack);
      else if (isObject(value)) for (const item of Object.values(value)) visit(item, stack);
    };
    visit(Object.fromEntries(Object.entries(block.body).filter(([k]) => k !== 'depends_on')), block.stack);
    for (const name of (block.body['depends_on'] as unknown[] | undefined) ?? []) {
      const path = String(name)
        .replace(/^\$\{|\}$/g, '')
        .split('.');
      const address = `${block.stack}/${path.slice(0, 2).join('.')}`;
      if (path[0] === 'data') visitRef(path, block.stack);
      else if (this.blocks.has(address)) found.add(address);
      else
        this.problems.push({
          code: 'DANGLING_REFERENCE',
          address: `${block.address}.depends_on`,
          message: `there is no ${path.join('.')}`,
          value: name,
          fix: 'remove it from depends_on',
        });
    }
    found.delete(block.address);
    return [...found];
  }
}

/** Static paths of all references in a template; nothing where it cannot be parsed (evaluating it tells why). */
function referencesIn(text: string): string[][] {
  const out: string[][] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'name' || node.kind === 'attribute' || node.kind === 'index') {
      const path: string[] = [];
      let at: Node = node;
      while (at.kind === 'attribute' || at.kind === 'index') {
        if (at.kind === 'index') visit(at.index);
        path.unshift(at.kind === 'attribute' ? at.name : at.index.kind === 'literal' ? String(at.index.value) : '*');
        at = at.of;
      }
      if (at.kind === 'name') out.push([at.name, ...path]);
      else visit(at);
      return;
    }
    if (node.kind === 'splat') visit(node.of);
    for (const value of Object.values(node)) {
      if (Array.isArray(value))
        for (const item of value.flat()) if (item && typeof item === 'object' && 'kind' in item) visit(item as Node);
      if (value && typeof value === 'object' && 'kind' in value && node.kind !== 'splat') visit(value as Node);
    }
  };
  try {
    visit(parseTemplate(text));
  } catch {
    return [];
  }
  return out;
}

function entriesOf(section: unknown): [string, unknown][] {
  const parts = Array.isArray(section) ? section : [section];
  return parts.filter(isObject).flatMap((part) => Object.entries(part));
}

const dangling = (value: string, message: string, fix: string): CutoverError =>
  new CutoverError({
    code: 'DANGLING_REFERENCE',
    message,
    value,
    rule: 'a reference names a block of the same stack, or an output of another',
    fix,
  });

/** Adds where an error was met, unless it knows already. */
function located(error: CutoverError, at: string, text: string): CutoverError {
  const [first, ...rest] = error.problems;
  if (!first || first.address) return error;
  return new CutoverError([
    { ...first, address: at, message: `${first.message} (in ${JSON.stringify(text)})` },
    ...rest,
  ]);
}
