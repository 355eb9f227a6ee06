/** Several files of one folder are one configuration, as in Terraform; the same block twice is an error. */
import { type Problem, throwIfAny } from '../errors.ts';
import { isObject, type Json } from './json.ts';

/** Labels that come before a block's body. */
export const LABELS: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  ephemeral: 2,
  variable: 1,
  output: 1,
  module: 1,
  locals: 1,
  check: 1,
};

/** One file, in JSON syntax. */
export interface Part {
  readonly file: string;
  readonly json: Json;
}

/** @throws CutoverError DUPLICATE with every block that two files declare */
export function mergeFiles(parts: readonly Part[]): Json {
  const sections = new Map<string, unknown[]>();
  const declaredIn = new Map<string, string>();
  const problems: Problem[] = [];
  for (const part of parts)
    for (const [section, content] of Object.entries(part.json)) {
      for (const block of blocksOf(content, LABELS[section] ?? 0, section)) {
        const first = declaredIn.get(block);
        if (first && first !== part.file) problems.push(twice(block, first, part.file));
        declaredIn.set(block, part.file);
      }
      sections.set(section, [...(sections.get(section) ?? []), ...(Array.isArray(content) ? content : [content])]);
    }
  throwIfAny(problems);
  return Object.fromEntries(sections);
}

function blocksOf(content: unknown, labels: number, path: string): string[] {
  if (labels === 0) return [];
  return (Array.isArray(content) ? content : [content])
    .filter(isObject)
    .flatMap((object) => Object.entries(object))
    .filter(([name]) => name !== '//')
    .flatMap(([name, inner]) => (labels === 1 ? [`${path}.${name}`] : blocksOf(inner, labels - 1, `${path}.${name}`)));
}

const twice = (block: string, first: string, second: string): Problem => ({
  code: 'DUPLICATE',
  address: second,
  message: `${block} is declared already in ${first}`,
  value: block,
  rule: 'the files of one folder are one configuration',
  fix: 'rename or remove one',
});
