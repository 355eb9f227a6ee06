/** What reading gives: files as they are written, in JSON syntax, before anything is evaluated. Types only. */
import type { Problem } from '../errors.ts';
import type { Json } from './json.ts';

export interface RawStack {
  readonly name: string;
  readonly file: string;
  readonly json: Json;
  /** Stacks that cdktf deploys before this one. */
  readonly dependencies: readonly string[];
  /** Modules that it calls, by the name of the call. @default none are read */
  readonly calls?: Calls;
  /** Values of variables from `*.tfvars` and `*.tfvars.json`. @default none */
  readonly given?: ReadonlyMap<string, GivenValue>;
}

export interface RawStacks {
  readonly dir: string;
  readonly stacks: readonly RawStack[];
}

export type Calls = ReadonlyMap<string, RawCall>;

/** A `module` block's files, or why there are none. */
export interface RawCall {
  /** Null where there are problems. */
  readonly module: RawModule | null;
  readonly problems: readonly Problem[];
}

/** A folder of files that is called as a module. */
export interface RawModule {
  /** `path.module`, as Terraform has it: from the folder of the stack. */
  readonly path: string;
  readonly json: Json;
  readonly calls: Calls;
}

/** A variable's value as a file gives it. */
export interface GivenValue {
  readonly file: string;
  readonly value: unknown;
}
