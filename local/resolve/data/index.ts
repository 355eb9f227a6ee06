/** Data sources: what they answer. Those that look a resource up find it in the stacks that are read. */

import type { Json } from '../../read/json.ts';
import { own } from '../../read/json.ts';
import type { Attribute, Names } from '../names.ts';
import type { Block } from '../world/blocks.ts';
import { AMBIENT_SOURCES } from './ambient.ts';
import { LOOKUP_SOURCES } from './lookups.ts';

/** A managed resource that a data source may find. */
export interface Findable {
  readonly address: string;
  /** @returns undefined where it has no such attribute */
  attribute(name: string): unknown;
  all(): Json;
}

export interface DataContext {
  readonly names: Names;
  readonly block: Block;
  /** Where its stack's files are found. */
  readonly folder: string;
  /** A configured attribute of the data source. */
  readonly attribute: Attribute;
  /** Managed resources of a type, in all stacks. */
  resources(type: string): readonly Findable[];
}

export interface DataSource {
  /** @throws CutoverError DANGLING_REFERENCE where what it looks up is not there */
  read(context: DataContext): Json;
  /** Addresses of the resources that it reads. */
  readonly dependsOn?: (context: DataContext) => readonly string[];
  readonly secrets?: readonly string[];
  /** What is not as on AWS, for the notes. */
  readonly approximated?: string;
}

const SOURCES: Readonly<Record<string, DataSource>> = { ...AMBIENT_SOURCES, ...LOOKUP_SOURCES };

export const DATA_TYPES: readonly string[] = Object.keys(SOURCES);

export const dataSourceOf = (type: string): DataSource | undefined => own(SOURCES, type);
