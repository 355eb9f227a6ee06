/** Is it forum data? Every problem at once: shape, ids given twice, references to nobody. */
import type { ForumData } from './data.ts';
import { DATA, type ShapeProblem, shapeProblems, shown } from './schemas.ts';

/** One thing wrong: where, what, and the rule that it breaks. */
export type DataProblem = ShapeProblem;

export type CheckedData =
  | { readonly data: ForumData; readonly problems: readonly [] }
  | { readonly data: null; readonly problems: readonly DataProblem[] };

/** @returns the value itself, so that its objects keep every member and their order */
export function checkData(value: unknown): CheckedData {
  const ofShape = shapeProblems(DATA, value);
  if (ofShape.length > 0) return { data: null, problems: ofShape };
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
