/** Variables, locals, outputs and modules: what is known by a name in its home, evaluated when something asks for it, once. */
import type { Json } from '../../read/json.ts';
import type { GivenValue } from '../../read/raw.ts';
import { markLazy } from '../expr/size.ts';
import { nearest } from '../nearest.ts';
import { inHome } from './addresses.ts';
import { declared, labelled, localsOf } from './blocks.ts';
import { dangling } from './errors.ts';
import { allOf, type Instances, instanceAt } from './expand.ts';
import type { Call, Home, Homes } from './homes.ts';
import type { Memo } from './memo.ts';
import type { Found, Scoped } from './values.ts';
import { argumentOf, type Given, variableOf } from './variables.ts';

export interface Surroundings {
  readonly homes: Homes;
  readonly memo: Memo;
  /** Of the environment, for every stack. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** Values that a stack's files give. */
  filesOf(stack: string): ReadonlyMap<string, GivenValue>;
  /** @throws CutoverError */
  evaluate(value: unknown, scope: Scoped, at: string): unknown;
  /** @throws CutoverError */
  instances(call: Call): Instances<Call>;
}

export class NamedValues {
  readonly #with: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#with = surroundings;
  }

  /** What its caller, a file or the environment gives, else its default. @throws CutoverError */
  variable(home: string, name: string): unknown {
    const { homes, memo, environment, filesOf } = this.#with;
    return memo.once(inHome(home, `var.${name}`), () => {
      const at = homes.get(home);
      const json = this.#jsonOf(home);
      for (const mark of ['sensitive', 'ephemeral'] as const)
        if (declared(json, 'variable', name)?.[mark] === true) memo.mark(mark);
      if (at?.call) return argumentOf(at, name, (given, place) => this.#argument(at, given, place));
      return variableOf(home, json, name, { environment, files: filesOf(home) });
    });
  }

  /** What a caller gives, and whether it rests on a secret. */
  #argument({ key, call }: Home, name: string, at: string): Given {
    const { memo, evaluate } = this.#with;
    const given = inHome(key, `var.${name} (given)`);
    const scope = { home: call?.home ?? '', locals: call?.locals ?? new Map() };
    const value = memo.once(given, () => evaluate(call?.body[name], scope, at));
    return { value, isSecret: memo.has('sensitive', given) };
  }

  /** Whether a variable is a secret, or rests on one; known once it is evaluated. */
  isSensitiveVariable(home: string, name: string): boolean {
    const isDeclared = declared(this.#jsonOf(home), 'variable', name)?.['sensitive'] === true;
    return isDeclared || this.#with.memo.has('sensitive', inHome(home, `var.${name}`));
  }

  /** @throws CutoverError */
  local(home: string, name: string): unknown {
    const at = inHome(home, `local.${name}`);
    return this.#with.memo.once(at, () => {
      const locals = localsOf(this.#jsonOf(home));
      if (Object.hasOwn(locals, name)) return this.#with.evaluate(locals[name], { home }, at);
      const close = nearest(name, Object.keys(locals));
      throw dangling(`there is no local.${name}`, close ? `did you mean local.${close}?` : `declare ${name} in locals`);
    });
  }

  /** `module.NAME`, an instance of it, or an output of that. @throws CutoverError */
  ofCall(path: readonly string[], home: string): Found {
    const { homes, instances } = this.#with;
    const found = instances(homes.call(home, path[1] ?? ''));
    const one = instanceAt(found, path[2]);
    if (!one) return { value: allOf(found, (call) => this.#outputs(homes.open(call).key)), used: 2 };
    const used = found.kind === 'single' ? 2 : 3;
    const { key } = homes.open(one);
    const name = path[used];
    return name === undefined ? { value: this.#outputs(key), used } : { value: this.output(key, name), used: used + 1 };
  }

  /** All outputs of a home, each evaluated when it is looked at. */
  #outputs(home: string): Json {
    return this.#with.memo.once(inHome(home, 'output (all)'), () => {
      const json: Json = {};
      for (const name of this.outputNames(home))
        Object.defineProperty(json, name, { enumerable: true, get: () => this.output(home, name) });
      return markLazy(json);
    });
  }

  outputNames(home: string): string[] {
    return labelled(this.#jsonOf(home)['output'], 'output', []).map(([n]) => n);
  }

  /** @throws CutoverError */
  output(home: string, name: string): unknown {
    const { homes, memo, evaluate } = this.#with;
    const at = inHome(home, `output.${name}`);
    return memo.once(at, () => {
      const body = declared(this.#jsonOf(home), 'output', name);
      const { call } = homes.get(home) ?? {};
      if (call && body?.['sensitive'] === true) memo.mark('sensitive');
      if (body) return evaluate(body['value'], { home }, at) ?? null;
      const close = nearest(name, this.outputNames(home));
      const what = call ? `module.${call.name}` : `stack ${home}`;
      throw dangling(`${what} has no output ${name}`, close ? `did you mean ${close}?` : 'declare the output');
    });
  }

  isSensitiveOutput(home: string, name: string): boolean {
    return this.#with.memo.has('sensitive', inHome(home, `output.${name}`));
  }

  isEphemeralOutput(home: string, name: string): boolean {
    return this.#with.memo.has('ephemeral', inHome(home, `output.${name}`));
  }

  #jsonOf(home: string): Json {
    return this.#with.homes.get(home)?.json ?? {};
  }
}
