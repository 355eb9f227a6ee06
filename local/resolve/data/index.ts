/** Data sources and ephemeral resources: what they answer. Those that look a resource up find it in the stacks that are read. */

import type { Json } from '../../read/json.ts';
import { own } from '../../read/json.ts';
import type { Attribute, Names } from '../names.ts';
import type { Block, Mode } from '../world/blocks.ts';
import { AMBIENT_SOURCES } from './ambient.ts';
import { EPHEMERAL_SOURCES } from './ephemeral.ts';
import { FILE_SOURCES } from './local-files.ts';
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

const SOURCES: Readonly<Record<string, DataSource>> = { ...AMBIENT_SOURCES, ...FILE_SOURCES, ...LOOKUP_SOURCES };

const BY_MODE: Readonly<Record<Mode, Readonly<Record<string, DataSource>>>> = {
  resource: {},
  data: SOURCES,
  ephemeral: EPHEMERAL_SOURCES,
};

export const sourceTypes = (mode: Mode): readonly string[] => Object.keys(BY_MODE[mode]);

export const sourceOf = ({ mode, type }: Pick<Block, 'mode' | 'type'>): DataSource | undefined =>
  own(BY_MODE[mode], type);
