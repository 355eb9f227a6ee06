/** Secrets that evaluation draws or is given, remembered so that they are known again where they turn up. Pure. */
import type { RawStacks } from '../read/index.ts';
import { isObject } from '../read/json.ts';
import type { ResolveOptions } from '../resolve/index.ts';
import { hex } from '../resolve/names.ts';
import { labelled } from '../resolve/world/blocks.ts';

/** A shorter text turns up anywhere. */
const LEAST_CHARACTERS = 6;

export interface DrawnSecrets {
  readonly draw: (address: string) => string;
  /** Text → what it is the secret of. Filled while stacks are evaluated. */
  readonly sources: ReadonlyMap<string, string>;
}

export function drawnSecrets(raw: RawStacks, variables: NonNullable<ResolveOptions['variables']>): DrawnSecrets {
  const sources = new Map<string, string>();
  for (const name of sensitiveVariables(raw)) {
    const value = variables[name];
    if (typeof value === 'string' && value.length >= LEAST_CHARACTERS) sources.set(value, `var.${name}`);
  }
  const draw = (address: string): string => {
    const text = hex(`secret ${address}`, 32);
    sources.set(text, address);
    return text;
  };
  return { draw, sources };
}

const sensitiveVariables = ({ stacks }: RawStacks): string[] =>
  stacks.flatMap(({ name: stack, json }) =>
    labelled(json['variable'], stack, [])
      .filter(([, body]) => {
        const block: unknown = Array.isArray(body) ? body[0] : body;
        return isObject(block) && block['sensitive'] === true;
      })
      .map(([name]) => name),
  );
