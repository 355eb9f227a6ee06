/** Are these the answers of a version that may take traffic? Pure. */
import type { ZodMiniType } from 'zod/mini';
import { POST, type ShapeProblem, shapeProblems, THREAD, USER } from '../../../forum/lib/src/schemas.ts';
import type { Answer } from './probe.ts';

export interface Check {
  readonly name: 'answered' | 'status' | 'content type' | 'body' | 'latency';
  readonly passed: boolean;
  /** Why, with what was found. */
  readonly reason: string;
}

type Answered = Extract<Answer, { kind: 'answer' }>;

const SCHEMA_OF_CLASS: ReadonlyMap<string, ZodMiniType> = new Map<string, ZodMiniType>([
  ['users', USER],
  ['threads', THREAD],
  ['posts', POST],
]);

/**
 * Every check, in the order in which they explain one another. All must pass.
 * @param limits.path the target's path: `/api/<class>…` says of what shape the objects are; any other path takes any JSON
 * @param limits.maxLatencyMs bound on the median
 */
export function decideChecks(
  answers: readonly Answer[],
  limits: { readonly path: string; readonly maxLatencyMs: number },
): readonly Check[] {
  const answered = answers.filter((answer) => answer.kind === 'answer');
  const silent = answers.find((answer) => answer.kind === 'none');
  const total = answers.length;
  const first: Check = {
    name: 'answered',
    passed: total > 0 && silent === undefined,
    reason: silent ? `${answered.length} of ${total}; ${silent.reason}` : `${total} of ${total}`,
  };
  if (answered.length === 0) return [first];
  return [
    first,
    each('status', answered, ({ status }) => (status === 200 ? null : `${status} in place of 200`)),
    each('content type', answered, ({ contentType }) =>
      contentType === 'application/json' ? null : `${contentType || 'none'} in place of application/json`,
    ),
    each('body', answered, ({ body }) => bodyProblem(body, limits.path)),
    latency(answered, limits.maxLatencyMs),
  ];
}

function each(
  name: Check['name'],
  answers: readonly Answered[],
  problemOf: (answer: Answered) => string | null,
): Check {
  const problems = answers.map(problemOf);
  const bad = problems.filter((problem) => problem !== null);
  const good = `${answers.length - bad.length} of ${answers.length} are right`;
  return { name, passed: bad.length === 0, reason: bad[0] === undefined ? good : `${good}; ${bad[0]}` };
}

/** Lists of objects must hold one at least: an empty forum is what a version without its data shows. */
function bodyProblem(body: string, path: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return `not JSON: ${JSON.stringify(body.slice(0, 60))}`;
  }
  const [, forumClass = '', single] = /^\/api\/(\w+)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
  const filtered = /^\/api\/(posts)\/[^/]+\/[^/]+\/?$/.exec(path)?.[1];
  const schema = SCHEMA_OF_CLASS.get(filtered ?? forumClass);
  if (!schema) return null;
  if (single !== undefined) return describe(shapeProblems(schema, value));
  if (!Array.isArray(value)) return `not a list of ${filtered ?? forumClass}`;
  if (value.length === 0) return `an empty list of ${filtered ?? forumClass}`;
  for (const [index, object] of value.entries()) {
    const problem = describe(shapeProblems(schema, object), `[${index}]`);
    if (problem) return problem;
  }
  return null;
}

function describe(problems: readonly ShapeProblem[], where = ''): string | null {
  const [first] = problems;
  if (!first) return null;
  const path = [where, first.path].filter(Boolean).join('.') || 'the body';
  return `${path} is ${first.value ?? 'missing'}, must be ${first.rule}`;
}

function latency(answers: readonly Answered[], maxMs: number): Check {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor((times.length - 1) / 2)]!;
  const slowest = times.at(-1)!;
  return {
    name: 'latency',
    passed: median <= maxMs,
    reason: `median ${Math.round(median)} ms, slowest ${Math.round(slowest)} ms, bound on the median ${maxMs} ms`,
  };
}
