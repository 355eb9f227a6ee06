/**
 * The closed set of error codes, and the one place that maps them to exit codes.
 * Every refusal explains itself: address, value, rule, fix. Validators collect all problems before they throw.
 */

/** What the process exits with. 99 is k6's own and is turned into {@link ExitCode.fail} by the harness. */
export const ExitCode = {
  pass: 0,
  internal: 1,
  usage: 2,
  invalidInput: 3,
  environment: 4,
  fail: 10,
  inconclusive: 11,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** code → exit code. Add a code here and nowhere else. */
const EXIT_OF_CODE = {
  INTERNAL: ExitCode.internal,
  /** Ctrl-C, SIGTERM or SIGHUP: told as an error only where a result was asked for as JSON. */
  INTERRUPTED: ExitCode.interrupted,
  // usage
  BAD_FLAG: ExitCode.usage,
  UNKNOWN_COMMAND: ExitCode.usage,
  SERVICE_AMBIGUOUS: ExitCode.usage,
  UNKNOWN_STAGE: ExitCode.invalidInput,
  // the synthesized JSON
  STACK_UNREADABLE: ExitCode.invalidInput,
  STACK_INVALID_JSON: ExitCode.invalidInput,
  UNSUPPORTED_RESOURCE: ExitCode.invalidInput,
  UNSUPPORTED_ATTRIBUTE: ExitCode.invalidInput,
  INVALID_ATTRIBUTE: ExitCode.invalidInput,
  MISSING_ATTRIBUTE: ExitCode.invalidInput,
  INVALID_EXPRESSION: ExitCode.invalidInput,
  UNSUPPORTED_FUNCTION: ExitCode.invalidInput,
  DANGLING_REFERENCE: ExitCode.invalidInput,
  FILE_UNREADABLE: ExitCode.invalidInput,
  REFERENCE_CYCLE: ExitCode.invalidInput,
  MISSING_VARIABLE: ExitCode.invalidInput,
  DUPLICATE: ExitCode.invalidInput,
  QUOTA_EXCEEDED: ExitCode.invalidInput,
  PORT_CLASH: ExitCode.invalidInput,
  TASK_FITS_NO_INSTANCE: ExitCode.invalidInput,
  IMAGE_NOT_FOUND: ExitCode.invalidInput,
  IMAGE_BUILD_FAILED: ExitCode.invalidInput,
  DEPLOYMENT_IMPOSSIBLE: ExitCode.invalidInput,
  APPLY_FAILED: ExitCode.invalidInput,
  SYNTH_FAILED: ExitCode.invalidInput,
  INVALID_CONFIG: ExitCode.invalidInput,
  // deploying
  SERVICE_NOT_FOUND: ExitCode.invalidInput,
  DEPLOYMENT_NOT_FOUND: ExitCode.invalidInput,
  INVALID_APPSPEC: ExitCode.invalidInput,
  AWS_REFUSED: ExitCode.invalidInput,
  // the machine
  PORT_IN_USE: ExitCode.environment,
  ADDRESS_UNAVAILABLE: ExitCode.environment,
  STATE_UNWRITABLE: ExitCode.environment,
  STATE_UNREADABLE: ExitCode.environment,
  TOOL_MISSING: ExitCode.environment,
  PLANE_NOT_RUNNING: ExitCode.environment,
  PLANE_ALREADY_RUNNING: ExitCode.environment,
  PLANE_UNREACHABLE: ExitCode.environment,
  TARGET_UNREACHABLE: ExitCode.environment,
  NO_CREDENTIALS: ExitCode.environment,
  PUSH_FAILED: ExitCode.environment,
} as const;
export type ErrorCode = keyof typeof EXIT_OF_CODE;

/** One problem with one thing. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** What it is about: `<stack>/<type>.<name>[.attribute]`, a flag, a file, a port. */
  readonly address?: string;
  /** The offending value as found. */
  readonly value?: unknown;
  /** The rule that it breaks, with the AWS page where the rule comes from. */
  readonly rule?: string;
  /** What to do next. */
  readonly fix?: string;
}

/** An error of the user's or the machine's making, as opposed to a bug. Carries every problem found, the first one leading. */
export class CutoverError extends Error {
  readonly problems: readonly Problem[];

  constructor(problem: Problem | readonly Problem[], options?: { cause?: unknown }) {
    const problems = Array.isArray(problem) ? (problem as readonly Problem[]) : [problem as Problem];
    super(problems.map(describeProblem).join('\n'), options);
    this.name = 'CutoverError';
    this.problems = problems;
  }

  get code(): ErrorCode {
    return this.problems[0]?.code ?? 'INTERNAL';
  }

  get exitCode(): ExitCode {
    return exitCodeOf(this.code);
  }
}

/** @returns the exit code that the code maps to. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_OF_CODE[code];
}

/** One problem as the terminal prints it: what, value, rule, fix, each on its line. */
export function describeProblem(problem: Problem): string {
  const lines = [`${problem.code}: ${problem.address ? `${problem.address}: ` : ''}${problem.message}`];
  if (problem.value !== undefined) lines.push(`  value: ${JSON.stringify(problem.value)}`);
  if (problem.rule) lines.push(`  rule:  ${problem.rule}`);
  if (problem.fix) lines.push(`  fix:   ${problem.fix}`);
  return lines.join('\n');
}

/** Throws one CutoverError that carries all problems, if there are any. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new CutoverError(problems);
}

/** Any thrown value as the fixed `--json` shape `{error:{…}, errors:[…]}` of design.md. */
export function errorToJson(error: unknown): { error: Record<string, unknown>; errors: Record<string, unknown>[] } {
  const problems: readonly Problem[] =
    error instanceof CutoverError
      ? error.problems
      : [{ code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }];
  const shapes = problems.map((p) => ({
    code: p.code,
    message: p.message,
    address: p.address ?? null,
    value: p.value ?? null,
    rule: p.rule ?? null,
    fix: p.fix ?? null,
  }));
  return { error: shapes[0] ?? {}, errors: shapes };
}
