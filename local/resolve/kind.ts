/** What the resolver knows of one resource type. */
import type { Json } from '../read/json.ts';
import type { Fields, Schema, Values } from '../read/schema.ts';
import type { ResourceBase, Topology } from '../topology.ts';
import type { FoundFile } from './files.ts';
import type { Computed, Names } from './names.ts';
import type { Report } from './report.ts';

/** Collections of a topology that resources go into. */
export type Collection = Exclude<
  { [K in keyof Topology]: Topology[K] extends readonly ResourceBase[] ? K : never }[keyof Topology],
  never
>;

/** An evaluated resource of any type. */
export interface Evaluated {
  readonly address: string;
  readonly type: string;
  readonly json: Json;
  /** Where its stack's files are found. */
  readonly folder: string;
  /** Values by the type's attribute table; empty for types without one. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface BuildContext<F extends Fields> {
  readonly base: ResourceBase;
  /** Configured attributes, typed, with defaults. */
  readonly values: Values<F>;
  /** An attribute that AWS decides, or that the name is made of. */
  computed(name: string): string;
  readonly report: Report;
  readonly names: Names;
  /** Evaluated resources of some types. */
  all(...types: string[]): readonly Evaluated[];
  /** A file that an attribute names, relative to the folder of the resource's stack; null where a problem was reported. */
  file(attribute: string, path: string, maxBytes: number): FoundFile | null;
  /** Evaluated provisioners, in order. */
  readonly provisioners: readonly Provisioner[];
  /** Whether the type or this resource was accepted without local effect (`--allow`). */
  readonly isAllowed: boolean;
}

/** `provisioner` of a resource: what Terraform runs when it has made it. */
export interface Provisioner {
  /** `local-exec`, `remote-exec`, `file` … */
  readonly type: string;
  /** Below the resource, e.g. `provisioner.local-exec`. */
  readonly path: string;
  readonly json: Json;
}

export interface Kind<F extends Fields = Fields> {
  readonly schema: Schema<F>;
  readonly computed: Computed;
  /** Why the type as a whole has no local effect; its attributes are then taken as they are. */
  readonly noEffect: string | null;
  readonly collection: Collection | null;
  /** Returns null where the resource, as it is configured, has no local effect; the builder says so in a note. */
  readonly build: ((context: BuildContext<F>) => ResourceBase | null) | null;
  /** Parts of the built resource that are no difference to it: where its files lie, say. */
  readonly unseen: readonly string[];
}

/** A type that becomes a part of the topology. */
export const acting = <F extends Fields>(
  schema: Schema<F>,
  collection: Collection,
  computed: Computed,
  build: (context: BuildContext<F>) => ResourceBase | null,
  unseen: readonly string[] = [],
): Kind => ({ schema, computed, noEffect: null, collection, build, unseen }) as unknown as Kind;

/** A type that other resources are built from. */
export const contributing = <F extends Fields>(schema: Schema<F>, computed: Computed): Kind =>
  ({ schema, computed, noEffect: null, collection: null, build: null, unseen: [] }) as unknown as Kind;

/** A type without local effect, whose attributes can be referred to. */
export const inertType = (types: readonly string[], noEffect: string, computed: Computed): Kind => ({
  schema: { types, fields: {} },
  computed,
  noEffect,
  collection: null,
  build: null,
  unseen: [],
});
