/** Validation of construct props: collects every problem of a construct, then throws once. */
import { type Construct, Token } from './cdktf.ts';

/** One prop that breaks a rule. */
export interface PropProblem {
  readonly prop: string;
  readonly value: unknown;
  /** The rule, with the AWS page where it comes from if it is AWS's. */
  readonly rule: string;
  readonly fix: string;
}

/** Every problem of one construct's props. */
export class InvalidPropsError extends Error {
  readonly path: string;
  readonly problems: readonly PropProblem[];

  constructor(path: string, problems: readonly PropProblem[]) {
    super(problems.map((problem) => describe(path, problem)).join('\n'));
    this.name = 'InvalidPropsError';
    this.path = path;
    this.problems = problems;
  }
}

/** Collects problems while a constructor validates. Values that Terraform only knows later (tokens) are not judged. */
export class PropCheck {
  readonly #path: string;
  readonly #problems: PropProblem[] = [];

  /** @param scope undefined for whoever tells the problems by itself, as the settings do */
  constructor(scope: Construct | undefined, id: string) {
    this.#path = scope?.node.path ? `${scope.node.path}/${id}` : id;
  }

  /** What is noted so far. */
  get problems(): readonly PropProblem[] {
    return this.#problems;
  }

  /** Notes the problem unless `ok`. */
  that(ok: boolean, problem: PropProblem): this {
    if (!ok && !Token.isUnresolved(problem.value)) this.#problems.push(problem);
    return this;
  }

  /** A whole number within bounds, both inclusive; an absent value is fine. */
  range(prop: string, value: number | undefined, bounds: NumberRule): this {
    const ok = value === undefined || (Number.isInteger(value) && value >= bounds.min && value <= bounds.max);
    const unit = bounds.unit ? ` ${bounds.unit}` : '';
    return this.that(ok, {
      prop,
      value,
      rule: `a whole number from ${bounds.min} to ${bounds.max}${unit}${bounds.source ? ` (${bounds.source})` : ''}`,
      fix: `set ${prop} within that range`,
    });
  }

  /** Text that matches a pattern; an absent value is fine. */
  matches(prop: string, value: string | undefined, expected: TextRule): this {
    return this.that(value === undefined || expected.pattern.test(value), {
      prop,
      value,
      rule: expected.rule,
      fix: expected.fix ?? `change ${prop} so that it fits`,
    });
  }

  /** @throws InvalidPropsError with all problems noted so far */
  done(): void {
    if (this.#problems.length > 0) throw new InvalidPropsError(this.#path, this.#problems);
  }
}

export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  readonly source?: string;
}

export interface TextRule {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly fix?: string;
}

function describe(path: string, problem: PropProblem): string {
  return [
    `${path}: ${problem.prop} is not valid`,
    `  value: ${JSON.stringify(problem.value)}`,
    `  rule:  ${problem.rule}`,
    `  fix:   ${problem.fix}`,
  ].join('\n');
}
