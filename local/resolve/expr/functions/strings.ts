/** Functions on texts. */
import { posix } from 'node:path';
import { asInteger, asList, asText } from '../values.ts';
import { format } from './format.ts';
import type { Functions } from './index.ts';
import { matching } from './patterns.ts';

const MANY = Number.POSITIVE_INFINITY;

const captured = (match: RegExpMatchArray): unknown => {
  if (match.groups) return Object.fromEntries(Object.entries(match.groups).map(([k, v]) => [k, v ?? null]));
  return match.length > 1 ? match.slice(1).map((v) => v ?? null) : match[0];
};

function strip(text: string, set: string, side: 'start' | 'end'): string {
  const chars = [...text];
  while (chars.length > 0 && set.includes(chars.at(side === 'start' ? 0 : -1) as string))
    if (side === 'start') chars.shift();
    else chars.pop();
  return chars.join('');
}

function replace(text: string, from: string, to: string): string {
  if (!/^\/.*\/$/s.test(from) || from.length < 2) return text.split(from).join(to);
  return matching(from.slice(1, -1), text, 'g', (pattern) =>
    text.replace(pattern, (...found) => {
      const named = typeof found.at(-1) === 'object' ? (found.at(-1) as Record<string, string>) : {};
      const groups = found.slice(
        0,
        found.findIndex((part) => typeof part === 'number'),
      ) as (string | undefined)[];
      return expanded(to, groups, named);
    }),
  );
}

/** Go's templates of replacements: `$1`, `$name`, `${1}`, `${name}`, and `$$`; a group that is not there is empty. */
const expanded = (
  template: string,
  groups: readonly (string | undefined)[],
  named: Readonly<Record<string, string | undefined>>,
): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return whole === '$$' ? '$' : whole;
    if (/^\d+$/.test(name)) return groups[Number(name)] ?? '';
    return Object.hasOwn(named, name) ? (named[name] ?? '') : '';
  });

function substr(text: string, offset: number, length: number): string {
  const chars = [...text];
  const start = offset < 0 ? Math.max(0, chars.length + offset) : offset;
  return chars.slice(start, length < 0 ? undefined : start + length).join('');
}

/** All up to the last slash, as Go cleans it. */
function directoryOf(path: string): string {
  const cleaned = posix.normalize(path.slice(0, path.lastIndexOf('/') + 1));
  return cleaned === '/' ? cleaned : cleaned.replace(/\/$/, '');
}

/** Lists go in step, single values repeat. */
function formatlist(template: string, args: readonly unknown[]): string[] {
  const lists = args.filter((a) => Array.isArray(a));
  const [length = 1] = lists.map((l) => l.length);
  if (lists.some((l) => l.length !== length)) throw new Error('the lists have different lengths');
  return Array.from({ length }, (_, i) =>
    format(
      template,
      args.map((a) => (Array.isArray(a) ? a[i] : a)),
    ),
  );
}

export const STRINGS: Functions = {
  join: [1, MANY, (separator, ...lists) => lists.flatMap(asList).map(asText).join(asText(separator))],
  split: [2, 2, (separator, t) => asText(t).split(asText(separator))],
  lower: [1, 1, (t) => asText(t).toLowerCase()],
  upper: [1, 1, (t) => asText(t).toUpperCase()],
  title: [1, 1, (t) => asText(t).replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before, c) => before + c.toUpperCase())],
  trimspace: [1, 1, (t) => asText(t).trim()],
  trim: [2, 2, (t, set) => strip(strip(asText(t), asText(set), 'start'), asText(set), 'end')],
  trimprefix: [2, 2, (t, p) => (asText(t).startsWith(asText(p)) ? asText(t).slice(asText(p).length) : asText(t))],
  trimsuffix: [
    2,
    2,
    (t, s) => (asText(s) && asText(t).endsWith(asText(s)) ? asText(t).slice(0, -asText(s).length) : asText(t)),
  ],
  replace: [3, 3, (t, from, to) => replace(asText(t), asText(from), asText(to))],
  substr: [3, 3, (t, offset, length) => substr(asText(t), asInteger(offset), asInteger(length))],
  startswith: [2, 2, (t, p) => asText(t).startsWith(asText(p))],
  endswith: [2, 2, (t, s) => asText(t).endsWith(asText(s))],
  strcontains: [2, 2, (t, s) => asText(t).includes(asText(s))],
  strrev: [1, 1, (t) => [...asText(t)].reverse().join('')],
  chomp: [1, 1, (t) => asText(t).replace(/[\r\n]+$/, '')],
  indent: [2, 2, (n, t) => asText(t).replaceAll('\n', `\n${' '.repeat(Math.min(asInteger(n), 1000))}`)],
  basename: [1, 1, (t) => posix.basename(asText(t)) || (asText(t).startsWith('/') ? '/' : '.')],
  dirname: [1, 1, (t) => directoryOf(asText(t))],
  format: [1, MANY, (template, ...args) => format(asText(template), args)],
  formatlist: [1, MANY, (template, ...args) => formatlist(asText(template), args)],
  regex: [
    2,
    2,
    (p, t) => {
      const text = asText(t);
      const found = matching(asText(p), text, '', (pattern) => pattern.exec(text));
      if (!found) throw new Error('the pattern does not match');
      return captured(found);
    },
  ],
  regexall: [
    2,
    2,
    (p, t) => {
      const text = asText(t);
      return matching(asText(p), text, 'g', (pattern) => [...text.matchAll(pattern)]).map(captured);
    },
  ],
  tostring: [1, 1, (v) => (v === null ? null : asText(v))],
};
