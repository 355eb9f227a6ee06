/**
 * Override files (`override.tf`, `*_override.tf`, the same in JSON): what they set replaces what the block of that name
 * sets, argument by argument (Terraform: override files).
 */
import { type Problem, throwIfAny } from '../errors.ts';
import { isObject, type Json } from './json.ts';
import { LABELS, type Part } from './merge-files.ts';

/** Sections that override files may not have, or that mean nothing there. */
const NOT_OVERRIDDEN: ReadonlySet<string> = new Set(['//', 'moved', 'removed', 'import', 'check']);

/** @param json of the other files, as mergeFiles gives it @throws CutoverError DANGLING_REFERENCE for what there is nothing to override of */
export function mergeOverrides(json: Json, overrides: readonly Part[]): Json {
  if (overrides.length === 0) return json;
  const problems: Problem[] = [];
  const merged: Record<string, unknown[]> = Object.fromEntries(
    Object.entries(json).map(([section, parts]) => [section, structuredClone([parts].flat())]),
  );
  for (const { file, json: override } of overrides)
    for (const [section, content] of Object.entries(override))
      for (const part of [content].flat().filter(isObject)) {
        if (NOT_OVERRIDDEN.has(section)) continue;
        if (section === 'locals') problems.push(...overrideLocals(merged, part, file));
        else if (section === 'provider') overrideProvider(merged, part);
        else if (section === 'terraform') merged[section] = [...(merged[section] ?? []), part];
        else problems.push(...overrideBlocks(merged, section, part, file));
      }
  throwIfAny(problems);
  return merged;
}

function overrideLocals(merged: Record<string, unknown[]>, part: Json, file: string): Problem[] {
  return Object.entries(part).flatMap(([name, value]) => {
    const base = (merged['locals'] ?? []).filter(isObject).find((locals) => Object.hasOwn(locals, name));
    if (base) base[name] = value;
    return base || name === '//' ? [] : [nothingThere(`local.${name}`, file)];
  });
}

/** A configuration with the same alias, or a new one. */
function overrideProvider(merged: Record<string, unknown[]>, part: Json): void {
  const sections = merged['provider'] ?? [];
  merged['provider'] = sections;
  for (const [type, configs] of Object.entries(part))
    for (const config of [configs].flat().filter(isObject)) {
      const isSame = (other: unknown): other is Json => isObject(other) && other['alias'] === config['alias'];
      const base = sections
        .filter(isObject)
        .flatMap((section) => [section[type] ?? []].flat())
        .find(isSame);
      if (base) Object.assign(base, config);
      else sections.push({ [type]: config });
    }
}

function overrideBlocks(merged: Record<string, unknown[]>, section: string, part: Json, file: string): Problem[] {
  return labelled(part, LABELS[section] ?? 1).flatMap(({ labels, body }) => {
    const found = (merged[section] ?? []).map((one) => at(one, labels)).find((one) => one !== undefined);
    const base: unknown = [found].flat()[0];
    if (!isObject(base)) return [nothingThere([section, ...labels].join('.'), file)];
    for (const one of [body].flat().filter(isObject)) overrideBody(base, one);
    return [];
  });
}

/** The arguments of `lifecycle` are overridden one by one, all else as a whole. */
function overrideBody(base: Json, body: Json): void {
  for (const [name, value] of Object.entries(body)) {
    const [before, after]: unknown[] = [[base[name]].flat()[0], [value].flat()[0]];
    // A default is written in one of two ways (see hcl/normalise.ts).
    if (name === 'default') delete base['//default'];
    if (name === '//default') delete base['default'];
    base[name] = name === 'lifecycle' && isObject(before) && isObject(after) ? { ...before, ...after } : value;
  }
}

interface Labelled {
  readonly labels: readonly string[];
  readonly body: unknown;
}

function labelled(value: unknown, depth: number, labels: readonly string[] = []): Labelled[] {
  if (depth === 0) return [{ labels, body: value }];
  return [value]
    .flat()
    .filter(isObject)
    .flatMap(Object.entries)
    .filter(([name]) => name !== '//')
    .flatMap(([name, inner]) => labelled(inner, depth - 1, [...labels, name]));
}

const at = (value: unknown, labels: readonly string[]): unknown =>
  labels.reduce<unknown>((inner, label) => {
    const holder = [inner]
      .flat()
      .filter(isObject)
      .find((one) => Object.hasOwn(one, label));
    return holder?.[label];
  }, value);

const nothingThere = (block: string, file: string): Problem => ({
  code: 'DANGLING_REFERENCE',
  address: file,
  message: `there is no ${block} that it could override`,
  value: block,
  rule: 'an override file changes blocks that the other files declare (Terraform: override files)',
  fix: 'declare it in another file, or rename this one',
});
