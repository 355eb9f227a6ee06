/** Which managed resources a block depends on: through references, `depends_on`, locals, modules, data sources and other stacks' outputs. */
import type { Problem } from '../../errors.ts';
import type { Json } from '../../read/json.ts';
import { nearest } from '../nearest.ts';
import { inHome, outOfHome } from './addresses.ts';
import { addressOf, type Block, declared, localsOf, modeOf } from './blocks.ts';
import { attempt } from './errors.ts';
import { type Instances, listOf, type Repeatable } from './expand.ts';
import type { Call } from './homes.ts';
import { referencesIn } from './references.ts';
import { remoteStack } from './remote.ts';
import type { World } from './world.ts';

/** What has been found on the way from one block, and what has been gone through. */
interface Search {
  readonly found: Set<string>;
  readonly seen: Set<string>;
}

export class Dependencies {
  readonly #world: World;
  readonly #problems: Problem[];
  /** Resources that a data source reads, which no reference shows. */
  readonly #readBy: (data: Block) => readonly string[];
  /** What each home waits for as a whole. */
  readonly #ofHomes = new Map<string, ReadonlySet<string>>();

  constructor(world: World, problems: Problem[], readBy: (data: Block) => readonly string[]) {
    this.#world = world;
    this.#problems = problems;
    this.#readBy = readBy;
  }

  /** Addresses, without repetition, in the order met. */
  of(block: Block): string[] {
    const search: Search = { found: new Set(), seen: new Set() };
    this.#visit(block.body, block.home, search);
    this.#visitDeclared(block, search);
    for (const address of this.#ofHome(block.home)) search.found.add(address);
    search.found.delete(block.address);
    return [...search.found];
  }

  /** What everything in a module waits for: what its block names in `depends_on`, `count` and `for_each`, and its caller's. */
  #ofHome(key: string): ReadonlySet<string> {
    const known = this.#ofHomes.get(key);
    if (known) return known;
    const call = this.#world.home(key)?.call;
    const search: Search = { found: new Set(), seen: new Set() };
    if (call) {
      this.#visit([call.body['count'], call.body['for_each']], call.home, search);
      this.#visitDeclared(call, search);
      for (const address of this.#ofHome(call.home)) search.found.add(address);
    }
    this.#ofHomes.set(key, search.found);
    return search.found;
  }

  #visit(value: unknown, home: string, search: Search): void {
    for (const path of referencesIn(value)) this.#follow(path, home, search);
  }

  #follow(path: readonly string[], home: string, search: Search): void {
    const [root = '', second = '', third = '', , output = ''] = path;
    const once = (key: string, run: () => void): void => {
      if (search.seen.has(key)) return;
      search.seen.add(key);
      run();
    };
    if (root === 'local' || root === 'var')
      once(inHome(home, `${root}.${second}`), () => this.#visitNamed(root, second, home, search));
    else if (root === 'module') once(inHome(home, path.join('.')), () => this.#visitCall(path, home, search));
    else if (root === 'data' && second === 'terraform_remote_state') {
      const state = this.#world.declaredBlock(addressOf(home, 'data', `${second}.${third}`));
      // Where it leads nowhere, evaluating says so.
      const other = state && attempt([], () => remoteStack(this.#world.raw, third, state.body));
      if (other) once(`${other}/${output}`, () => this.#visitOutput(other, output, search));
    } else if (modeOf(root).mode !== 'resource')
      once(inHome(home, `${root}.${second}.${third}`), () => this.#visitData(path, home, search));
    else {
      const block = this.#world.declaredBlock(inHome(home, `${root}.${second}`));
      if (block) for (const { address } of this.#instances(block, path[2])) search.found.add(address);
    }
  }

  /** A local, or a variable: what the caller gives it. */
  #visitNamed(root: 'local' | 'var', name: string, home: string, search: Search): void {
    const call = this.#world.home(home)?.call;
    if (root === 'local') this.#visit(localsOf(this.#world.jsonOf(home))[name], home, search);
    else if (call) this.#visit(call.body[name], call.home, search);
  }

  /** One output, or all; everything in the module where none is named. */
  #visitCall(path: readonly string[], home: string, search: Search): void {
    const call = attempt([], () => this.#world.call(home, path[1] ?? ''));
    if (!call) return;
    const isSingle = attempt([], () => this.#world.instances(call))?.kind === 'single';
    const output = path.slice(2).find((step, i) => step !== '*' && (isSingle || i > 0 || this.#isOutput(call, step)));
    for (const { address } of this.#instances(call, path[2])) this.#visitOutput(address, output ?? '', search);
  }

  #isOutput = ({ raw }: Call, name: string): boolean =>
    raw.module !== null && declared(raw.module.json, 'output', name) !== undefined;

  #visitOutput(home: string, name: string, search: Search): void {
    const json = this.#world.jsonOf(home);
    const body = name ? declared(json, 'output', name) : undefined;
    this.#visit(body ?? json['output'], home, search);
  }

  #visitData(path: readonly string[], home: string, search: Search): void {
    const block = this.#world.declaredBlock(inHome(home, path.slice(0, 3).join('.')));
    if (!block) return;
    this.#visit(block.body, home, search);
    for (const address of this.#readBy(block)) search.found.add(address);
    this.#visitDeclared(block, search);
    for (const address of this.#ofHome(home)) search.found.add(address);
  }

  /** One instance where the reference names it, else all. */
  #instances<T extends Block | Call>(block: T, key: string | undefined): readonly T[] {
    const found = attempt([], (): Instances<T> => this.#world.instances(block));
    if (!found) return [];
    const blocks = listOf(found);
    if (found.kind === 'single') return blocks;
    const one = blocks.find(
      (b) => b.address === `${block.address}[${key}]` || b.address === `${block.address}[${JSON.stringify(key)}]`,
    );
    return one ? [one] : blocks;
  }

  /** What `depends_on` names; a module stands for everything in it. */
  #visitDeclared(block: Repeatable & { readonly home: string }, search: Search): void {
    for (const path of dependsOn(block.body)) {
      const isThere = this.#isThere(path, block.home);
      if (!isThere) this.#problems.push(this.#notThere(block, path));
      else if (path[0] === 'module') this.#visitAllOf(path, block.home, search);
      else this.#follow(path, block.home, search);
    }
  }

  #isThere(path: readonly string[], home: string): boolean {
    const [root = '', second = ''] = path;
    // Why the files of a module cannot be read has been told.
    if (root === 'module') return this.#world.callNames(home).includes(second);
    // Terraform takes these, too: what they refer to is waited for.
    if (root === 'local') return Object.hasOwn(localsOf(this.#world.jsonOf(home)), second);
    if (root === 'var') return declared(this.#world.jsonOf(home), 'variable', second) !== undefined;
    return this.#world.declaredBlock(inHome(home, path.slice(0, modeOf(root).parts).join('.'))) !== undefined;
  }

  #visitAllOf(path: readonly string[], home: string, search: Search): void {
    const call = attempt([], () => this.#world.call(home, path[1] ?? ''));
    const insides = call ? this.#instances(call, path[2]).map(({ address }) => address) : [];
    for (const block of this.#world.blocks.values()) {
      const isInside = insides.some((inside) => block.home === inside || block.home.startsWith(`${inside}.`));
      if (isInside && block.mode === 'resource') search.found.add(block.address);
    }
  }

  #notThere(block: Repeatable & { readonly home: string }, path: readonly string[]): Problem {
    const { home } = block;
    const blocks = [...this.#world.blocks.values()].filter((b) => b.home === home);
    const names = [
      ...blocks.map((b) => outOfHome(home, b.address)),
      ...this.#world.callNames(home).map((name) => `module.${name}`),
    ];
    const name = path.join('.');
    const close = nearest(name, names);
    return {
      code: 'DANGLING_REFERENCE',
      address: `${block.address}.depends_on`,
      message: `there is no ${name}`,
      value: name,
      rule: 'depends_on names blocks of the same module',
      fix: close ? `did you mean ${close}?` : 'remove it from depends_on',
    };
  }
}

/** Paths that a `depends_on` lists. */
function dependsOn(body: Json): (readonly string[])[] {
  return [body['depends_on'] ?? []].flat().map((name) => {
    const bare = String(name).replace(/^\$\{|\}$/g, '');
    return referencesIn(`\${${bare}}`)[0] ?? bare.split('.');
  });
}
