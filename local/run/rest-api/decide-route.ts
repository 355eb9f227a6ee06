/** Which resource a path belongs to: the most specific one (API Gateway api-gateway-method-settings-method-request). Pure. */

/** A resource with methods, as a pattern of path segments. */
export interface Route<Operation> {
  /** As API Gateway shows it: `/orders/{id}`. */
  readonly path: string;
  readonly segments: readonly Segment[];
  /** By HTTP method; `ANY` for all others. */
  readonly methods: ReadonlyMap<string, Operation>;
}

export interface Segment {
  readonly kind: 'text' | 'variable' | 'greedy';
  /** The text, or the variable's name. */
  readonly name: string;
}

export interface Routed<Operation> {
  readonly route: Route<Operation>;
  readonly operation: Operation;
  /** By name, still percent-encoded; a greedy one holds slashes. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

export function segmentsOf(path: string): readonly Segment[] {
  return partsOf(path).map((part) => {
    const variable = /^\{(.+?)(\+?)\}$/.exec(part);
    if (!variable) return { kind: 'text', name: part };
    return { kind: variable[2] === '+' ? 'greedy' : 'variable', name: variable[1] ?? '' };
  });
}

/** A slash at the end makes no difference. */
const partsOf = (path: string): readonly string[] => {
  const parts = path.split('/').slice(1);
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
};

/**
 * @param path raw, below the stage, beginning with a slash
 * @returns null where no resource or no method of the most specific resource takes it
 */
export function routeOf<Operation>(
  routes: readonly Route<Operation>[],
  httpMethod: string,
  path: string,
): Routed<Operation> | null {
  const parts = partsOf(path);
  const fitting = routes.filter(({ segments }) => fits(segments, parts));
  const best = fitting.reduce<Route<Operation> | null>(
    (found, route) => (found === null || isMoreSpecific(route.segments, found.segments) ? route : found),
    null,
  );
  const operation = best?.methods.get(httpMethod) ?? best?.methods.get('ANY');
  if (!best || operation === undefined) return null;
  return { route: best, operation, pathParameters: parametersOf(best.segments, parts) };
}

function fits(segments: readonly Segment[], parts: readonly string[]): boolean {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every(({ kind, name }, i) => (kind === 'text' ? isText(parts[i], name) : parts[i] !== ''));
}

const isText = (part: string | undefined, name: string): boolean =>
  part === name || (part?.includes('%') === true && decoded(part) === name);

/** As it is where it is not percent-encoded text. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const RANK = { text: 0, variable: 1, greedy: 2 } as const;

/** Segment by segment from the left: text before a variable, a variable before what takes all the rest. */
function isMoreSpecific(a: readonly Segment[], b: readonly Segment[]): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [RANK[a[i]?.kind ?? 'greedy'], RANK[b[i]?.kind ?? 'greedy']];
    if (one !== other) return one < other;
  }
  return false;
}

function parametersOf(segments: readonly Segment[], parts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    segments.flatMap(({ kind, name }, i) => {
      if (kind === 'text') return [];
      return [[name, kind === 'greedy' ? parts.slice(i).join('/') : (parts[i] ?? '')]];
    }),
  );
}
