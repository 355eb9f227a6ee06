/**
 * What the JSON of HCL has other than the JSON that people and cdktf write: words that are no expressions are written like
 * ones, and defaults of variables are expressions, where JSON has values.
 */
import { isObject, type Json } from '../json.ts';

export function normalise(json: Json): Json {
  const bare = words(json) as Json;
  return bare['variable'] === undefined ? bare : { ...bare, variable: variables(bare['variable']) };
}

/** Arguments whose value is a word, by the block that they stand in. */
const WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  dynamic: new Set(['iterator']),
  provisioner: new Set(['when', 'on_failure']),
};

/** @param inside the block that the value is in, or one of its labels */
function words(value: unknown, inside?: string): unknown {
  if (Array.isArray(value)) return value.map((one) => words(one, inside));
  if (!isObject(value)) return value;
  const bare = inside === undefined ? undefined : WORDS[inside];
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === 'string' && bare?.has(name)
        ? inner.replace(/^\$\{([\w-]+)\}$/, '$1')
        : words(inner, Object.hasOwn(WORDS, name) ? name : nextInside(inside, name)),
    ]),
  );
}

/** A label stands between such a block's name and its body. */
const nextInside = (inside: string | undefined, name: string): string | undefined =>
  inside !== undefined && name !== 'content' ? inside : undefined;

/** A default is kept apart (`//default`): in JSON a `${` in it is text (see resolve/world/variables.ts). */
const variables = (sections: unknown): unknown =>
  [sections].flat().map((section) => {
    if (!isObject(section)) return section;
    return Object.fromEntries(
      Object.entries(section).map(([name, bodies]) => [
        name,
        [bodies].flat().map((body) => {
          if (!isObject(body) || !Object.hasOwn(body, 'default')) return body;
          const { default: value, ...rest } = body;
          return { ...rest, '//default': value };
        }),
      ]),
    );
  });
