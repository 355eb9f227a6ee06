/** Filters of EC2's describe calls: named, ORed inside one, ANDed together, `*` and `?` in values. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { integer, list, name, text } from '../schema.ts';

export const filters = list(z.object({ Name: name, Value: list(text, 200) }), 50).optional();
export const paging = { MaxResults: integer(5, 1000).optional(), NextToken: text.optional() };
export type Filters = z.output<typeof filters>;

/** What a resource answers to, by filter name. */
export type Fields = Readonly<Record<string, string | boolean | undefined | readonly string[]>>;

/**
 * @param options.fields of one resource; every resource must answer to the same names
 * @param options.known names of filters, beside `tag:KEY` and `tag-key`
 * @throws ApiError InvalidParameterValue for a filter that AWS or this plane does not have
 */
export function filtered<T extends { readonly tags: Readonly<Record<string, string>> }>(
  all: readonly T[],
  given: Filters,
  options: { readonly known: readonly string[]; readonly fields: (item: T) => Fields },
): readonly T[] {
  for (const { Name } of given ?? []) {
    if (Name === 'tag-key' || Name.startsWith('tag:') || options.known.includes(Name)) continue;
    const there = [...options.known, 'tag:KEY', 'tag-key'].join(', ');
    throw new ApiError('InvalidParameterValue', `The filter '${Name}' is invalid; available here: ${there}`);
  }
  return all.filter((item) =>
    (given ?? []).every(({ Name, Value }) => {
      const values = valuesOf(item, Name, options.fields);
      return Value.some((pattern) => values.some((value) => compile(pattern)(value)));
    }),
  );
}

function valuesOf<T extends { readonly tags: Readonly<Record<string, string>> }>(
  item: T,
  name: string,
  fields: (item: T) => Fields,
): readonly string[] {
  if (name === 'tag-key') return Object.keys(item.tags);
  const tag = name.startsWith('tag:') ? name.slice('tag:'.length) : null;
  const value = tag === null ? fields(item)[name] : Object.hasOwn(item.tags, tag) ? item.tags[tag] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

/** Case-sensitive; a matcher without back-tracking, since patterns are the caller's. */
function compile(pattern: string): (value: string) => boolean {
  return (value) => matches(pattern, value);
}

function matches(pattern: string, value: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let v = 0; v < value.length; ) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = v;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === value[v])) {
      p += 1;
      v += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      v = resume;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Those that are named, or all. @throws ApiError `<missing>` where one that is named is not there */
export function named<T>(
  all: readonly T[],
  ids: readonly string[] | undefined,
  options: { readonly idOf: (item: T) => string; readonly missing: string; readonly what: string },
): readonly T[] {
  if (!ids?.length) return all;
  const gone = ids.filter((id) => !all.some((item) => options.idOf(item) === id));
  if (gone.length > 0)
    throw new ApiError(options.missing, `The ${options.what} ID '${gone.join(', ')}' does not exist`);
  return all.filter((item) => ids.includes(options.idOf(item)));
}
