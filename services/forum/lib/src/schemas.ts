/** The shapes of the forum's objects. Further members are let through. */
import * as z from 'zod/mini';

const ID = z.int().check(z.minimum(0));

export const USER = z.looseObject({ id: ID, username: z.string(), name: z.string(), bio: z.string() });
export const THREAD = z.looseObject({ id: ID, title: z.string(), createdBy: ID });
export const POST = z.looseObject({ thread: ID, text: z.string(), user: ID });
export const DATA = z.looseObject({ users: z.array(USER), threads: z.array(THREAD), posts: z.array(POST) });

/** What is wrong with one member, in words. */
export interface ShapeProblem {
  /** `users[2].id`; empty for the whole. */
  readonly path: string;
  /** As found, shortened; null where there is nothing. */
  readonly value: string | null;
  readonly rule: string;
}

/** Every problem; none where the value has the shape. */
export function shapeProblems(schema: z.ZodMiniType, value: unknown): ShapeProblem[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, value));
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): ShapeProblem {
  const found = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: path.replace(/^\./, ''), value: shown(found), rule: ruleOf(issue) };
}

const AN_ID = 'a whole number from 0 to 2^53 - 1';
const RULE_OF_TYPE: Readonly<Record<string, string>> = { string: 'text', array: 'a list', object: 'an object' };

function ruleOf(issue: z.core.$ZodIssue): string {
  return (issue.code === 'invalid_type' ? RULE_OF_TYPE[issue.expected] : undefined) ?? AN_ID;
}

const MAX_SHOWN = 60;

/** A value as JSON, shortened. */
export function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
