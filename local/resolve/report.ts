/** Where validators put what they find, about one resource: problems, and notes for the fidelity ledger. */
import type { ErrorCode, Problem } from '../errors.ts';
import type { FidelityNote } from '../topology.ts';
import { inStack, withoutKeys } from './world/addresses.ts';

export class Report {
  readonly address: string;
  readonly type: string;
  readonly #problems: Problem[];
  readonly #notes: Map<string, FidelityNote>;
  readonly #allow: ReadonlySet<string>;

  /** @param allow what was accepted without local effect, attributes among it: `TYPE.attribute`, `TYPE.NAME.attribute` */
  constructor(
    address: string,
    type: string,
    problems: Problem[],
    notes: Map<string, FidelityNote>,
    allow: ReadonlySet<string> = new Set(),
  ) {
    this.address = address;
    this.#allow = allow;
    this.type = type;
    this.#problems = problems;
    this.#notes = notes;
  }

  /** The same report for another resource. */
  about(address: string, type: string): Report {
    return new Report(address, type, this.#problems, this.#notes, this.#allow);
  }

  /** @param path attribute path below the resource, '' for the resource itself */
  problem(code: ErrorCode, path: string, problem: Omit<Problem, 'code' | 'address'>): void {
    const separator = path === '' || path.startsWith('[') ? '' : '.';
    this.#problems.push({ code, address: `${this.address}${separator}${path}`, ...problem });
  }

  /** Whether an attribute is to be left out, as the user says. */
  isLeftOut(path: string): boolean {
    if (this.#allow.size === 0) return false;
    const bare = path.replace(/\[[^\]]*\]/g, '');
    const address = withoutKeys(inStack(this.address));
    return [`${this.type}.${bare}`, `${address}.${bare}`].some((name) => this.#allow.has(name));
  }

  /** A value that breaks a rule. */
  bad(path: string, value: unknown, message: string, rule: string): void {
    this.problem('INVALID_ATTRIBUTE', path, {
      message,
      value: value ?? null,
      rule,
      fix: `set ${path} to what the rule allows`,
    });
  }

  missing(path: string, rule = 'it is required'): void {
    this.problem('MISSING_ATTRIBUTE', path, { message: `${path} is missing`, rule, fix: `set ${path}` });
  }

  note(kind: FidelityNote['kind'], subject: string, reason: string): void {
    this.#notes.set(`${kind} ${subject}`, { kind, subject, reason });
  }
}
