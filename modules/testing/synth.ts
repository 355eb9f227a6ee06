/** Synthesizes one construct in an empty stack, for tests on partial JSON. */
import { rmSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { type App, TerraformStack, Testing } from '../cdktf.ts';
import { InvalidPropsError } from '../prop-check.ts';

// biome-ignore lint/suspicious/noExplicitAny: synthesized JSON has no type
export type Json = any;

export interface Synthesized {
  readonly json: Json;
  /** Resources of a Terraform type, in the order of their addresses. */
  all(type: string): Json[];
  /** The only resource of a type; throws unless there is exactly one. */
  one(type: string): Json;
  /** Data sources of a Terraform type. */
  data(type: string): Json[];
}

/** A stack of its own, called `stack`. cdktf makes a folder for every app, which nothing is written to here. */
export function emptyStack(): TerraformStack {
  const app = Testing.app({ stackTraces: false });
  rmSync(app.outdir, { recursive: true, force: true });
  return new TerraformStack(app, 'stack');
}

/** @param build adds constructs to the stack */
export function synth(build: (stack: TerraformStack) => void): Synthesized {
  return withoutTraces(() => {
    const stack = emptyStack();
    build(stack);
    return read(JSON.parse(Testing.synth(stack)));
  });
}

/** cdktf takes a stack trace of every token that is made, a quarter of its time, and no test reads one. */
export function withoutTraces<T>(build: () => T): T {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => undefined;
  try {
    return build();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}

export function read(json: Json): Synthesized {
  const of = (kind: 'resource' | 'data', type: string): Json[] => Object.values(json[kind]?.[type] ?? {});
  return {
    json,
    all: (type) => of('resource', type),
    data: (type) => of('data', type),
    one(type) {
      const found = of('resource', type);
      if (found.length !== 1) throw new Error(`expected one ${type}, found ${found.length}`);
      return found[0];
    },
  };
}

/** Every stack of an app, by name, as `synth()` would write them. */
export function readApp(app: App): Record<string, Synthesized> {
  const stacks = app.node.children.filter((child) => TerraformStack.isStack(child)) as TerraformStack[];
  for (const stack of stacks) stack.prepareStack();
  return Object.fromEntries(
    stacks.map((stack) => [stack.node.id, read(JSON.parse(JSON.stringify(stack.toTerraform())))]),
  );
}

/** Asserts that the props are refused, and for these props exactly. */
export function refuses(t: ExecutionContext, props: readonly string[], build: (stack: TerraformStack) => void): void {
  const error = t.throws(() => synth(build), { instanceOf: InvalidPropsError });
  t.deepEqual(error?.problems.map((problem) => problem.prop).sort(), [...props].sort());
  for (const problem of error?.problems ?? []) t.true(problem.rule.length > 5 && problem.fix.length > 5);
}
