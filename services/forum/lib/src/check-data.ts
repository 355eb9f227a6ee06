/** Is it forum data? Every problem at once: shape, ids given twice, references to nobody. */
import * as z from 'zod/mini';
import type { ForumData } from './data.ts';

/** One thing wrong. */
export interface DataProblem {
  /** Where: `users[2].id`; empty for the whole. */
  readonly path: string;
  /** As found, shortened; null where there is nothing. */
  readonly value: string | null;
  readonly rule: string;
}

export type CheckedData =
  | { readonly data: ForumData; readonly problems: readonly [] }
  | { readonly data: null; readonly problems: readonly DataProblem[] };

const id = z.int().check(z.minimum(0));
const SCHEMA = z.looseObject({
  users: z.array(z.looseObject({ id, username: z.string(), name: z.string(), bio: z.string() })),
  threads: z.array(z.looseObject({ id, title: z.string(), createdBy: id })),
  posts: z.array(z.looseObject({ thread: id, text: z.string(), user: id })),
});

/** @returns the value itself, so that its objects keep every member and their order */
export function checkData(value: unknown): CheckedData {
  const parsed = SCHEMA.safeParse(value);
  if (!parsed.success) return { data: null, problems: parsed.error.issues.map((issue) => shapeProblem(issue, value)) };
  const data = value as ForumData;
  const problems = [...repeatedIds('users', data.users), ...repeatedIds('threads', data.threads), ...dangling(data)];
  return problems.length > 0 ? { data: null, problems } : { data, problems: [] };
}

function repeatedIds(list: string, entries: readonly { readonly id: number }[]): DataProblem[] {
  const first = new Map<number, number>();
  return entries.flatMap((entry, index) => {
    const before = first.get(entry.id);
    if (before === undefined) {
      first.set(entry.id, index);
      return [];
    }
    return { path: `${list}[${index}].id`, value: shown(entry.id), rule: `each id once: ${list}[${before}] has it` };
  });
}

function dangling(data: ForumData): DataProblem[] {
  const users = new Set(data.users.map((user) => user.id));
  const threads = new Set(data.threads.map((thread) => thread.id));
  const missing = (path: string, value: number, ids: ReadonlySet<number>, what: string): DataProblem[] =>
    ids.has(value) ? [] : [{ path, value: shown(value), rule: `the id of one of the ${what}` }];
  return [
    ...data.threads.flatMap((each, i) => missing(`threads[${i}].createdBy`, each.createdBy, users, 'users')),
    ...data.posts.flatMap((each, i) => missing(`posts[${i}].thread`, each.thread, threads, 'threads')),
    ...data.posts.flatMap((each, i) => missing(`posts[${i}].user`, each.user, users, 'users')),
  ];
}

function shapeProblem(issue: z.core.$ZodIssue, value: unknown): DataProblem {
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: path.replace(/^\./, ''), value: found === undefined ? null : shown(found), rule: ruleOf(issue) };
}

function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return RULE_OF_TYPE[issue.expected] ?? `must be: ${issue.expected}`;
  return RULE_OF_TYPE.int;
}

const RULE_OF_TYPE: Readonly<Record<string, string>> & { readonly int: string } = {
  int: 'a whole number from 0 to 2^53 - 1',
  number: 'a whole number from 0 to 2^53 - 1',
  string: 'text',
  array: 'a list',
  object: 'an object',
};

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
