/** Is an answer what its path should give? */
import type { BrowseRoute, Members } from '../../systems.ts';

interface Answer {
  readonly status: number;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns the name of the first check that fails; null where all hold, and where there was no answer to check */
export function failedCheck({ answer }: BrowseRoute, id: number | null, response: Answer): string | null {
  if (response.status === 0) return null;
  if (response.status !== 200) return 'status';
  const type = response.headers['Content-Type'] ?? '';
  const body = response.body ?? '';
  if (answer.kind === 'text') {
    if (!type.startsWith('text/')) return 'content type';
    return body.trim().length > 0 ? null : 'text';
  }
  if (!type.startsWith('application/json')) return 'content type';
  const value = parse(body);
  if (value === undefined) return 'JSON';
  const entries = answer.kind === 'list' ? value : [value];
  if (!Array.isArray(entries)) return 'list';
  const { members, equals } = answer;
  if (!entries.every((entry) => hasMembers(entry, members))) return 'members';
  return equals === undefined || entries.every((entry) => entry[equals] === id) ? null : 'id';
}

function hasMembers(value: unknown, members: Members): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const object = value as Record<string, unknown>;
  return Object.keys(members).every((name) => typeof object[name] === members[name]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
