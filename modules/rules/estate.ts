/** The resources of all stacks, as Terraform gets them, with references followed from one to the other. */

// biome-ignore lint/suspicious/noExplicitAny: synthesized JSON has no type
export type Json = any;

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

export class Estate {
  readonly #stacks: StackJson;

  constructor(stacks: StackJson) {
    this.#stacks = stacks;
  }

  /** Every resource of these types, in the order of stacks and addresses. */
  all(...types: readonly string[]): Resource[] {
    return Object.entries(this.#stacks).flatMap(([stack, json]) =>
      types.flatMap((type) =>
        Object.entries<Json>(json.resource?.[type] ?? {}).map(([name, body]) => resourceOf(stack, type, name, body)),
      ),
    );
  }

  /** The first resource that a text of `from` refers to, in its own stack or through the outputs of another. */
  follow(from: Resource, text: unknown): Resource | undefined {
    return this.#follow(from.stack, text);
  }

  /** Resources of a type that refer to this one, in any attribute. */
  referring(to: Resource, type: string): Resource[] {
    return this.all(type).filter((candidate) =>
      references(JSON.stringify(candidate.body)).some(
        (text) => this.#follow(candidate.stack, text)?.address === to.address,
      ),
    );
  }

  #follow(stack: string, text: unknown): Resource | undefined {
    if (typeof text !== 'string') return undefined;
    const remote = /data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)/.exec(text);
    if (remote) {
      const [, other = '', output = ''] = remote;
      return this.#follow(other, this.#stacks[other]?.output?.[output]?.value);
    }
    const [, type = '', name = ''] = /\$\{(?:[^}]*?\W)?(aws_[a-z0-9_]+)\.([\w-]+)/.exec(text) ?? [];
    const body = this.#stacks[stack]?.resource?.[type]?.[name];
    return body === undefined ? undefined : resourceOf(stack, type, name, body);
  }
}

/** Parsed, or undefined where it is not literal JSON. */
export function parsed(text: unknown): Json {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One or several of something, as policies and blocks have it. */
export function several<T>(value: T | readonly T[] | undefined | null): readonly T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** True for text that Terraform only knows when it applies. */
export function isReference(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}

function references(json: string): readonly string[] {
  return json.match(/\$\{[^}]+\}/g) ?? [];
}

function resourceOf(stack: string, type: string, name: string, body: Json): Resource {
  return { stack, type, name, body, address: `${stack}/${type}.${name}` };
}
