/** What the forum holds: the workshop's `db.json`, whose arrays and objects are answered as they are. */
import defaultData from './default-data.json' with { type: 'json' };

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly bio: string;
}

export interface Thread {
  readonly id: number;
  readonly title: string;
  /** A user's id. */
  readonly createdBy: number;
}

export interface Post {
  /** A thread's id. */
  readonly thread: number;
  readonly text: string;
  /** A user's id. */
  readonly user: number;
}

/** Objects may have further members; they are answered, too. */
export interface ForumData {
  readonly users: readonly User[];
  readonly threads: readonly Thread[];
  readonly posts: readonly Post[];
}

/** What every build has with it. */
export const DEFAULT_DATA: ForumData = defaultData;

/** The same forum with one thread more: the workshop's change for a new version. */
export function withThread(data: ForumData, thread: { readonly title: string; readonly createdBy: number }): ForumData {
  const id = Math.max(0, ...data.threads.map((each) => each.id)) + 1;
  return { ...data, threads: [...data.threads, { id, ...thread }] };
}
