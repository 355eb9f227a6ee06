/** Which managed resources a block depends on: through references, `depends_on`, locals, data sources and other stacks' outputs. */
import type { Problem } from '../../errors.ts';
import type { Json } from '../../read/json.ts';
import { nearest } from '../nearest.ts';
import { type Block, declared, localsOf, modeOf } from './blocks.ts';
import { attempt } from './errors.ts';
import { referencesIn } from './references.ts';
import { remoteStack } from './remote.ts';
import type { World } from './world.ts';

export class Dependencies {
  readonly #world: World;
  readonly #problems: Problem[];
  /** Resources that a data source reads, which no reference shows. */
  readonly #readBy: (data: Block) => readonly string[];

  constructor(world: World, problems: Problem[], readBy: (data: Block) => readonly string[]) {
    this.#world = world;
    this.#problems = problems;
    this.#readBy = readBy;
  }

  /** Addresses, without repetition, in the order met. */
  of(block: Block): string[] {
    const found = new Set<string>();
    this.#visit(block.body, block.stack, found, new Set());
    for (const name of this.#declaredOnes(block)) this.#follow(name.split('.'), block.stack, found, new Set());
    found.delete(block.address);
    return [...found];
  }

  #visit(value: unknown, stack: string, found: Set<string>, seen: Set<string>): void {
    for (const path of referencesIn(value)) this.#follow(path, stack, found, seen);
  }

  #follow(path: readonly string[], stack: string, found: Set<string>, seen: Set<string>): void {
    const [root = '', second = '', third = '', , output = ''] = path;
    const once = (key: string, run: () => void): void => {
      if (seen.has(key)) return;
      seen.add(key);
      run();
    };
    if (root === 'local')
      once(`${stack}/local.${second}`, () =>
        this.#visit(localsOf(this.#world.stackJson(stack))[second], stack, found, seen),
      );
    else if (root === 'data' && second === 'terraform_remote_state') {
      const state = this.#world.declaredBlock(`${stack}/data.${second}.${third}`);
      // Where it leads nowhere, evaluating says so.
      const other = state && attempt([], () => remoteStack(this.#world.raw, third, state.body));
      if (other) once(`${other}/${output}`, () => this.#visitOutput(other, output, found, seen));
    } else if (modeOf(root).mode !== 'resource')
      once(`${stack}/${root}.${second}.${third}`, () => this.#visitData(path, stack, found, seen));
    else {
      const block = this.#world.declaredBlock(`${stack}/${root}.${second}`);
      if (block) for (const address of this.#instances(block, path[2])) found.add(address);
    }
  }

  #visitOutput(stack: string, name: string, found: Set<string>, seen: Set<string>): void {
    const json: Json = this.#world.stackJson(stack);
    this.#visit(name ? declared(json, 'output', name) : json['output'], stack, found, seen);
  }

  #visitData(path: readonly string[], stack: string, found: Set<string>, seen: Set<string>): void {
    const block = this.#world.declaredBlock(`${stack}/${path.slice(0, 3).join('.')}`);
    if (!block) return;
    this.#visit(block.body, stack, found, seen);
    for (const address of this.#readBy(block)) found.add(address);
    for (const name of this.#declaredOnes(block)) this.#follow(name.split('.'), stack, found, seen);
  }

  /** One instance where the reference names it, else all. */
  #instances(block: Block, key: string | undefined): readonly string[] {
    const found = attempt([], () => this.#world.instances(block));
    if (!found) return [];
    if (found.kind === 'single') return [found.block.address];
    const blocks = found.kind === 'list' ? found.blocks : [...found.blocks.values()];
    const one = blocks.find(
      (b) => b.address === `${block.address}[${key}]` || b.address === `${block.address}["${key}"]`,
    );
    return (one ? [one] : blocks).map((b) => b.address);
  }

  #declaredOnes(block: Block): string[] {
    const listed = block.body['depends_on'] ?? [];
    const names = (Array.isArray(listed) ? listed : [listed]).map((name) => String(name).replace(/^\$\{|\}$/g, ''));
    return names.filter((name) => {
      const wanted =
        name
          .split('[')[0]
          ?.split('.')
          .slice(0, modeOf(name.split('.')[0] ?? '').parts)
          .join('.') ?? '';
      const address = `${block.stack}/${wanted}`;
      if (this.#world.declaredBlock(address)) return true;
      const close = nearest(address, [...this.#world.blocks.keys()]);
      this.#problems.push({
        code: 'DANGLING_REFERENCE',
        address: `${block.address}.depends_on`,
        message: `there is no ${name}`,
        value: name,
        rule: 'depends_on names blocks of the same stack',
        fix: close ? `did you mean ${close.slice(close.indexOf('/') + 1)}?` : 'remove it from depends_on',
      });
      return false;
    });
  }
}
