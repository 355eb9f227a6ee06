/** The resources of all stacks, as Terraform gets them, with references followed from one to the other. */
import { type Json, several } from './values.ts';

export type { Json };

export interface Resource {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  /** `<stack>/<type>.<name>`. */
  readonly address: string;
  readonly body: Json;
}

/** Stack name → what cdktf writes for it. */
export type StackJson = Readonly<Record<string, Json>>;

/** Address → what the resource is called once it is there: ARN, id, name. For who knows more than the JSON says. */
export type Identities = Readonly<Record<string, readonly string[]>>;

/** Where it is not `name`: the attribute whose literal text other resources name one of this type by. */
const NAMED_BY: Readonly<Record<string, string>> = { aws_lambda_function: 'function_name', aws_s3_bucket: 'bucket' };

const CROSS_STACK = /data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)/;
const RESOURCE = /\$\{(?:[^}]*?[^\w.-])?(aws_[a-z0-9_]+)\.([\w-]+)/;

/** A chain of locals longer than this is a circle. */
const MAX_CHAIN = 20;

export class Estate {
  readonly #stacks: StackJson;
  readonly #byType = new Map<string, Resource[]>();
  readonly #byAddress = new Map<string, Resource>();
  /** Several resources may be called the same: a role and its policy. */
  readonly #byIdentity = new Map<string, Resource[]>();
  readonly #identities: Identities;
  #referring: Map<string, Resource[]> | undefined;

  constructor(stacks: StackJson, identities: Identities = {}) {
    this.#stacks = stacks;
    this.#identities = identities;
    for (const [stack, json] of Object.entries(stacks)) for (const made of resourcesOf(stack, json)) this.#add(made);
  }

  /** Every resource of these types, in the order of types and stacks. Types that AWS renamed count as what they are called now. */
  all(...types: readonly string[]): Resource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** The first resource that a text of `from` refers to, in its own stack or through the outputs of another. */
  follow(from: Resource, text: unknown): Resource | undefined {
    return this.#follow(from.stack, text);
  }

  /** Resources of a type that refer to this one, in any attribute. */
  referring(to: Resource, type: string): Resource[] {
    this.#referring ??= this.#indexOfReferences();
    return (this.#referring.get(to.address) ?? []).filter((one) => current(one.type) === type);
  }

  /** A data source of a resource's stack. */
  data(stack: string, type: string, name: string): Json {
    return bodyOf(
      sections(this.#stacks[stack], 'data').flatMap((section) => several<Json>(section[type])),
      name,
    );
  }

  /**
   * A value with its locals, and its variables that have a default, put in. Whole texts keep the type of what they name;
   * other references stay as they are.
   */
  literal(stack: string, value: unknown, chain = 0): unknown {
    if (typeof value !== 'string' || !value.includes('${') || chain > MAX_CHAIN) return value;
    const whole = /^\$\{(local|var)\.([\w-]+)\}$/.exec(value) ?? /^\$\{()"([^"$\\]*)"\}$/.exec(value);
    if (whole) return this.#named(stack, whole[1] ?? '', whole[2] ?? '', chain) ?? value;
    return value.replaceAll(/\$\{(local|var)\.([\w-]+)\}/g, (text, kind: string, name: string) => {
      const found = this.#named(stack, kind, name, chain);
      return typeof found === 'object' || found === undefined ? text : String(found);
    });
  }

  /** The same for every text inside a value. */
  literalIn(stack: string, value: Json): Json {
    if (Array.isArray(value)) return value.map((one) => this.literalIn(stack, one));
    if (typeof value !== 'object' || value === null) return this.literal(stack, value);
    return Object.fromEntries(Object.entries<Json>(value).map(([key, one]) => [key, this.literalIn(stack, one)]));
  }

  #named(stack: string, kind: string, name: string, chain: number): unknown {
    if (kind === '') return name;
    const json = this.#stacks[stack];
    const found =
      kind === 'local'
        ? sections(json, 'locals').find((section) => section[name] !== undefined)?.[name]
        : bodyOf(sections(json, 'variable'), name)?.default;
    return found === undefined ? undefined : this.literal(stack, found, chain + 1);
  }

  #add(made: Resource): void {
    put(this.#byType, current(made.type), made);
    this.#byAddress.set(made.address, made);
    for (const called of new Set(this.#identitiesOf(made))) put(this.#byIdentity, called, made);
  }

  #identitiesOf({ address, type, body }: Resource): readonly string[] {
    return [...(this.#identities[address] ?? []), body[NAMED_BY[type] ?? 'name']].filter(
      (text) => typeof text === 'string' && text !== '' && !text.includes('${'),
    );
  }

  #indexOfReferences(): Map<string, Resource[]> {
    const found = new Map<string, Resource[]>();
    for (const from of this.#byAddress.values()) {
      const texts = textsIn(from.body).flatMap((text) => [text, ...(text.match(/\$\{[^}]+\}/g) ?? [])]);
      for (const address of new Set(texts.flatMap((text) => this.#addressesOf(from.stack, text)))) {
        put(found, address, from);
      }
    }
    return found;
  }

  #addressesOf(stack: string, text: string): readonly string[] {
    const followed = this.#follow(stack, text);
    return (followed ? [followed] : (this.#byIdentity.get(text) ?? [])).map(({ address }) => address);
  }

  #follow(stack: string, written: unknown): Resource | undefined {
    const text = this.literal(stack, written);
    if (typeof text !== 'string') return undefined;
    const remote = CROSS_STACK.exec(text);
    if (remote) {
      const [, other = '', output = ''] = remote;
      return this.#follow(other, bodyOf(sections(this.#stacks[other], 'output'), output)?.value);
    }
    if (!text.includes('${')) {
      const [called, another] = this.#byIdentity.get(text) ?? [];
      return another ? undefined : called;
    }
    const [, type = '', name = ''] = RESOURCE.exec(text) ?? [];
    return this.#byAddress.get(addressOf(stack, type, name));
  }
}

function resourcesOf(stack: string, json: Json): Resource[] {
  return sections(json, 'resource').flatMap((section) =>
    Object.entries<Json>(section).flatMap(([type, named]) =>
      several<Json>(named).flatMap((byName) =>
        Object.entries<Json>(byName).flatMap(([name, body]) =>
          several<Json>(body)
            .slice(0, 1)
            .map((only) => ({ stack, type, name, body: only, address: addressOf(stack, type, name) })),
        ),
      ),
    ),
  );
}

/** @param stack its name, or that of a module in it: `shop/module.web` */
const addressOf = (stack: string, type: string, name: string): string =>
  `${stack}${stack.includes('/module.') ? '.' : '/'}${type}.${name}`;

function put<T>(lists: Map<string, T[]>, key: string, one: T): void {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
}

/** Terraform JSON has a section once, or as a list. */
function sections(json: Json, name: string): readonly Json[] {
  return several<Json>(json?.[name]).filter((section) => typeof section === 'object');
}

function bodyOf(named: readonly Json[], name: string): Json {
  return several<Json>(named.find((section) => section[name] !== undefined)?.[name])[0];
}

/** aws_alb and its relatives are the earlier names of aws_lb. */
function current(type: string): string {
  return type.replace(/^aws_alb(?=_|$)/, 'aws_lb');
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values<Json>(value).flatMap(textsIn) : [];
}
