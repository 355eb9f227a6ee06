/** What a service refuses, and how it says so. Only a ServiceError's words reach a client. */

/** code → HTTP status. The closed set of a service's refusals. */
const STATUS_OF_CODE = {
  BAD_REQUEST: 400,
  BODY_INVALID: 400,
  ENVELOPE_INVALID: 400,
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 403,
  SIGNATURE_REFUSED: 403,
  TOPIC_REFUSED: 403,
  UNSIGNED_REFUSED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  MOVED_OUT: 410,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_REFUSED: 415,
  ORDER_INVALID: 422,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  DOWNSTREAM_FAILED: 502,
  OVERLOADED: 503,
  STORE_UNAVAILABLE: 503,
  CERTIFICATE_UNAVAILABLE: 503,
  DOWNSTREAM_TIMEOUT: 504,
} as const;
export type ServiceErrorCode = keyof typeof STATUS_OF_CODE;

/** Something about one field: where, and the rule that it breaks. */
export interface FieldProblem {
  readonly path: string;
  readonly rule: string;
}

/** A refusal meant for the client. 4xx: the sender must not retry. 5xx: SNS retries. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly status: number;
  readonly fix: string | undefined;
  readonly problems: readonly FieldProblem[] | undefined;

  constructor(
    code: ServiceErrorCode,
    message: string,
    options: { fix?: string; problems?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.status = STATUS_OF_CODE[code];
    this.fix = options.fix;
    this.problems = options.problems;
  }
}

/** The JSON body of a refusal. An error that is not ours is scrubbed: its words stay in the log. */
export function errorBody(error: unknown, trace: string | undefined): { status: number; body: string } {
  const known =
    error instanceof ServiceError ? error : new ServiceError('INTERNAL', 'the service failed to handle this request');
  const shape = { code: known.code, message: known.message, fix: known.fix, problems: known.problems };
  return { status: known.status, body: JSON.stringify({ error: shape, trace }) };
}
