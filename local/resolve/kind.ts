/** What the resolver knows of one resource type. */
import type { Json } from '../read/read-stacks.ts';
import type { FidelityNote, ResourceBase, Topology } from '../topology.ts';
import type { Reader } from './reader.ts';
import type { Block } from './world.ts';

export interface Names {
  readonly region: string;
  readonly accountId: string;
  /** Stable hex digits for an address. */
  hex(seed: string, length: number): string;
  /** Generated secret text for an address. */
  random(address: string): string;
  revisionOf(family: string, digest: string): number;
}

/** Collections of a topology that resources go into. */
export type Collection = Exclude<
  { [K in keyof Topology]: Topology[K] extends readonly ResourceBase[] ? K : never }[keyof Topology],
  never
>;

export interface BuildContext {
  readonly names: Names;
  /** Evaluated attributes of all resources of some types. */
  all(...types: string[]): readonly { readonly block: Block; readonly json: Json }[];
  note(note: FidelityNote): void;
}

export interface Kind {
  /** Attributes that have their effect here. */
  readonly acts: readonly string[];
  /** attribute → why it has no effect here. */
  readonly inert: Readonly<Record<string, string>>;
  readonly computed: (names: Names, block: Block, attribute: (name: string) => unknown) => Json;
  /** Absent: the resource as a whole has no local effect, for this reason. */
  readonly noEffect?: string;
  readonly collection?: Collection;
  readonly build?: (base: ResourceBase, reader: Reader, context: BuildContext) => ResourceBase;
}

export const text = (value: unknown, fallback = ''): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : fallback;

/** `name`, or a name made from `name_prefix` or the address, as the provider makes one. */
export function nameOf(names: Names, block: Block, attribute: (name: string) => unknown): string {
  const name = text(attribute('name'));
  if (name) return name;
  return `${text(attribute('name_prefix'), 'terraform-')}${names.hex(block.address, 12)}`;
}

export const arn = (names: Names, service: string, rest: string): string =>
  `arn:aws:${service}:${names.region}:${names.accountId}:${rest}`;

export const COMMON_INERT: Readonly<Record<string, string>> = {
  tags: 'tags are kept and shown; nothing here acts on them',
  tags_all: 'tags are kept and shown; nothing here acts on them',
  timeouts: 'waits here end when the thing is done',
  region: 'the plane is one region',
};
