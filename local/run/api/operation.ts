/** An operation of an AWS service: a schema for its input and a handler. One table of them a service. */
import type { z } from 'zod';
import { CutoverError } from '../../errors.ts';
import { ApiError } from '../contracts.ts';
import type { Made } from './made.ts';
import type { ApiDependencies } from './ports.ts';
import type { Route } from './protocols/rest.ts';

/** One request on its way through a handler. */
export interface Call extends ApiDependencies {
  readonly made: Made;
  readonly requestId: string;
  /** `http://127.0.0.1:4566`, as the client addressed the plane. */
  readonly baseUrl: string;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** AWS's codes for an input that is wrong. */
export interface InputErrors {
  readonly invalid: string;
  /** A member that must be there. */
  readonly missing: string;
  /** A member of another type: no protocol but Query has types of its own. */
  readonly mistyped: string;
}

export interface Operation {
  /** @throws ApiError with the service's or protocol's name for what is wrong with the input */
  validate(input: unknown, codes: InputErrors): unknown;
  handle(input: never, call: Call): unknown;
}

export interface ServiceTable {
  /** As clients name it: `ecs`, `sns`. */
  readonly name: string;
  /** Of AWS JSON, `X-Amz-Target: <prefix>.<Operation>`, and of `/service/<prefix>/operation/…`. */
  readonly targetPrefix?: string;
  readonly jsonVersion?: '1.0' | '1.1';
  /** Of the Query protocol. */
  readonly version?: string;
  readonly xmlNamespace?: string;
  /** EC2's form of the Query protocol: no result element, lists as `item`, errors in `Response`. */
  readonly dialect?: 'ec2';
  /** Of REST JSON: tried in order. */
  readonly routes?: readonly Route[];
  /** Error code for an input that breaks the schema. */
  readonly validationError: string;
  /** For a member that must be there; default: `validationError`. */
  readonly missingError?: string;
  /** Adds `x-amzn-query-error`, so that clients of the service's former protocol know the code. */
  readonly queryCompatible?: boolean;
  readonly operations: Readonly<Record<string, Operation>>;
}

/**
 * @param schema read operations strip what they do not know; operations that change something are strict, so that a
 * setting without local effect is refused by name
 * @param handle returns plain objects, arrays, Dates and Maps; each protocol writes them its own way
 */
export function operation<S extends z.ZodType>(
  schema: S,
  handle: (input: z.output<S>, call: Call) => unknown,
): Operation {
  return {
    validate(input, codes) {
      const parsed = schema.safeParse(input);
      if (parsed.success) return parsed.data;
      const { issues } = parsed.error;
      throw new ApiError(codes[kindOf(issues, input)], issues.slice(0, 10).map(describe).join('; '));
    },
    handle: handle as Operation['handle'],
  };
}

/** An operation that exists at AWS and is refused here, with the reason. */
export function refused(code: string, message: string): Operation {
  return {
    validate: () => null,
    handle: () => {
      throw new ApiError(code, message);
    },
  };
}

/** AWS reads a request before it looks at what is in it: a wrong type comes before a missing member, both before the rest. */
function kindOf(issues: readonly z.core.$ZodIssue[], input: unknown): keyof InputErrors {
  const values = issues
    .filter(({ code }) => code === 'invalid_type' || code === 'invalid_union')
    .filter((issue) => !(issue.code === 'invalid_type' && issue.expected === 'never'))
    .map(({ path }) => path.reduce<unknown>((value, key) => (value as never)?.[key], input));
  if (values.some((value) => value !== undefined)) return 'mistyped';
  return values.length > 0 && values.length === issues.length ? 'missing' : 'invalid';
}

function describe(issue: z.core.$ZodIssue): string {
  const at = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  if (issue.code !== 'unrecognized_keys') return `${at}${issue.message}`;
  return `${at}${issue.keys.join(', ')} cannot be set here: it has no local counterpart`;
}

/** Any thrown value as an AWS error. A bug is an InternalFailure without its message. */
export function toApiError(error: unknown, validationError: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof CutoverError) {
    return new ApiError(validationError, error.problems.map((problem) => problem.message).join('; '));
  }
  return new ApiError('InternalFailure', 'The request processing has failed because of an unknown error.', 500);
}
