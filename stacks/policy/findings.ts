/** What checkov found, by the variants it is true of, and what of it is not excepted. Pure. */
import type { EnvironmentKey } from '../environments.ts';
import type { Variant } from './variants.ts';

/** One check that one resource fails in one variant. */
export interface PolicyFinding {
  /** As checkov calls it, e.g. `CKV_AWS_158`. */
  readonly check: string;
  readonly text: string;
  readonly variant: Variant;
  /** `<stack>/<type>.<name>`. */
  readonly address: string;
}

/** Findings that are accepted, and why. */
export interface PolicyException {
  readonly check: string;
  /** Addresses that it is for. */
  readonly address: RegExp;
  /** Variants that it is for. @default all */
  readonly where?: { readonly environment?: EnvironmentKey; readonly front?: boolean };
  readonly because: string;
}

/** A stack as it was judged: variants that synthesize the same JSON for it are judged once. */
export interface JudgedStack {
  readonly stack: string;
  // biome-ignore lint/suspicious/noExplicitAny: synthesized JSON has no type
  readonly json: any;
  readonly variants: readonly Variant[];
}

/** One entry of checkov's own lists. */
export interface CheckovResult {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
  readonly file_path: string;
}

/**
 * @param judged folder of a stack, as checkov's `file_path` begins with it → the stack
 * @throws Error for a result of a file that is none of them
 */
export function findingsIn(
  results: readonly CheckovResult[],
  judged: Readonly<Record<string, JudgedStack>>,
): PolicyFinding[] {
  const seen = new Set<string>();
  return results.flatMap(({ check_id: check, check_name: text, resource, file_path: path }) => {
    const at = judged[path.split('/')[1] ?? ''];
    if (!at) throw new Error(`checkov told of ${path}, which it was not given`);
    const address = `${at.stack}/${addressOf(at, resource)}`;
    return at.variants
      .filter(({ name }) => {
        const key = `${check} ${name} ${address}`;
        return !seen.has(key) && seen.add(key);
      })
      .map((variant) => ({ check, text, variant, address }));
  });
}

export interface Judgement {
  readonly unexplained: readonly PolicyFinding[];
  /** Exceptions that no finding needs. */
  readonly unused: readonly PolicyException[];
}

export function judge(findings: readonly PolicyFinding[], exceptions: readonly PolicyException[]): Judgement {
  return {
    unexplained: findings.filter((finding) => !exceptions.some((exception) => covers(exception, finding))),
    unused: exceptions.filter((exception) => !findings.some((finding) => covers(exception, finding))),
  };
}

/** Findings in words, each once with the variants that have it. */
export function described(findings: readonly PolicyFinding[]): string[] {
  const variants = new Map<string, string[]>();
  for (const { check, text, address, variant } of findings) {
    const what = `${address}: ${check}, ${text}`;
    variants.set(what, [...(variants.get(what) ?? []), variant.name]);
  }
  return [...variants].map(([what, names]) => `${what} (${names.join(', ')})`);
}

function covers({ check, address, where }: PolicyException, finding: PolicyFinding): boolean {
  return (
    check === finding.check &&
    address.test(finding.address) &&
    (where?.environment ?? finding.variant.environment) === finding.variant.environment &&
    (where?.front ?? finding.variant.front) === finding.variant.front
  );
}

/** Some checks say `resource.<name>` where others say `<type>.<name>`; names are unique in a stack that cdktf writes. */
function addressOf({ json }: JudgedStack, resource: string): string {
  const [type = '', name = ''] = resource.split(/\.(.*)/s);
  const kinds = type === 'data' ? json.data : json.resource;
  if (type !== 'resource' && type !== 'data') return resource;
  const types = Object.keys(kinds ?? {}).filter((candidate) => name in kinds[candidate]);
  const prefix = type === 'data' ? 'data.' : '';
  return types.length === 1 ? `${prefix}${types[0]}.${name}` : resource;
}
