/**
 * Stacks as the house rules read them: resources one by one where `count` or `for_each` repeats them, expressions put in
 * place, and references left as they are wherever they name a resource by themselves. Pure.
 */

import { Estate, type Identities, type StackJson } from '../../../modules/rules/estate.ts';
import type { RawStacks } from '../../read/index.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { EvaluatedBlock } from '../../resolve/resolve.ts';
import type { Block } from '../../resolve/world/blocks.ts';

/** What other resources may name one by. */
const IDENTITIES = ['arn', 'id', 'url', 'repository_url', 'invoke_arn'] as const;

/** Once they are carried out, nothing of them is left. */
const REPEATING: ReadonlySet<string> = new Set(['count', 'for_each', 'dynamic']);

/** A reference that is followed as it stands: of a resource, a local, a policy document, an output of cdktf. */
const PLAIN =
  /^(?:local\.[\w-]+|(?!data\.|each\.|var\.|count\.|self\.|path\.|terraform\.|module\.)[a-z][\w]*\.[\w-]+\.[\w.-]+|ephemeral\.[\w.-]+|data\.aws_iam_policy(?:_document)?\.[\w.-]+|data\.terraform_remote_state\.cross-stack-reference-input-[\w-]+\.outputs\.[\w-]+)$/;

/** In a module only those of resources are: what its caller gives it is not written there. */
const PLAIN_IN_MODULE = /^aws_\w+\.[\w-]+\.[\w.-]+$/;

/** Each instance of a module is one more stack. */
export function estateOf(raw: RawStacks, blocks: readonly EvaluatedBlock[]): Estate {
  const made = new Map(raw.stacks.map(({ name }) => [name, {} as Record<string, Json>]));
  const identities: Record<string, readonly string[]> = {};
  const repeated = new Set(blocks.filter(isRepeated).map(({ block }) => `${block.home}/${block.type}.${block.name}`));
  for (const evaluated of blocks) {
    const { block } = evaluated;
    if (block.mode !== 'resource') continue;
    const types = made.get(block.home) ?? {};
    made.set(block.home, types);
    types[block.type] ??= {};
    (types[block.type] as Json)[nameOf(block)] = bodyOf(evaluated, repeated);
    identities[block.address] = identitiesOf(evaluated);
  }
  const written = new Map(raw.stacks.map(({ name, json }) => [name, json]));
  const stacks = [...made].map(([home, resource]) => [home, { ...written.get(home), resource }]);
  return new Estate(Object.fromEntries(stacks) as StackJson, identities satisfies Identities);
}

/** Its name in the stack, with `[0]` or `["key"]` behind it where it is one of several. */
const nameOf = ({ address, home, type }: Block): string => address.slice(`${home}/${type}.`.length);

const isRepeated = ({ block }: EvaluatedBlock): boolean => nameOf(block) !== block.name;

/**
 * What rests on a secret stays as it is written, since its value would look like one that is written there. Containers are
 * read all the same: a secret in their environment is told.
 */
const isKept = (name: string, secret: readonly string[]): boolean =>
  secret.includes(name) && name !== 'container_definitions';

function bodyOf({ block, configured, secret }: EvaluatedBlock, repeated: ReadonlySet<string>): Json {
  const written = Object.entries(block.body).filter(([name]) => !REPEATING.has(name));
  const body: Record<string, unknown> = Object.fromEntries(written);
  for (const [name, value] of Object.entries(configured)) {
    if (name in body && isKept(name, secret)) continue;
    body[name] = name in body ? put(body[name], value) : value;
  }
  return body as Json;

  /** References stay where they are followed as they stand; what they stand for is there where it is more than a text. */
  function put(asWritten: unknown, value: unknown): unknown {
    if (!isFollowed(asWritten, block.home, repeated)) return value;
    if (typeof asWritten === 'string') return typeof value === 'object' && value !== null ? value : asWritten;
    if (Array.isArray(asWritten) && Array.isArray(value) && asWritten.length === value.length)
      return asWritten.map((one, i) => put(one, value[i]));
    if (!isObject(asWritten) || !isObject(value)) return asWritten;
    return Object.fromEntries(
      Object.entries(asWritten).map(([key, one]) => [key, key in value ? put(one, value[key]) : one]),
    );
  }
}

/** Whether every expression in a value is a reference that needs no evaluation. */
function isFollowed(value: unknown, home: string, repeated: ReadonlySet<string>): boolean {
  if (Array.isArray(value)) return value.every((one) => isFollowed(one, home, repeated));
  if (isObject(value)) return Object.values(value).every((one) => isFollowed(one, home, repeated));
  if (typeof value !== 'string' || !/[$%]\{/.test(value)) return true;
  if (value.includes('%{') || value.includes('$${')) return false;
  const plain = home.includes('/module.') ? PLAIN_IN_MODULE : PLAIN;
  return [...value.matchAll(/\$\{([^}]*)\}?/g)].every(([, expression = '']) => {
    const path = expression.trim();
    return plain.test(path) && !repeated.has(`${home}/${path.split('.').slice(0, 2).join('.')}`);
  });
}

function identitiesOf({ json }: EvaluatedBlock): readonly string[] {
  return IDENTITIES.map((name) => json[name]).filter((text): text is string => typeof text === 'string' && text !== '');
}
