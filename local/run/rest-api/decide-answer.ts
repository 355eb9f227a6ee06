/** What API Gateway answers by itself: its gateway responses (API Gateway supported-gateway-response-types). Pure. */
import type { RestGatewayResponse } from '../../topology-rest-api.ts';
import { readValue, render, type Sources } from './values.ts';

export interface Answer {
  readonly status: number;
  /** Each with its name as it is sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Why API Gateway answers itself. */
export interface OwnAnswer {
  /** `THROTTLED`, … as gateway responses are named. */
  readonly type: string;
  readonly status: number;
  readonly message: string;
  /** Of the header `x-amzn-ErrorType`. */
  readonly errorType: string;
}

const own = (type: string, status: number, message: string, errorType: string): OwnAnswer => ({
  type,
  status,
  message,
  errorType,
});

export const MAX_PAYLOAD_BYTES = 10_485_760;
const SERVER_ERROR = 'InternalServerErrorException';

export const OWN_ANSWERS = {
  MISSING_AUTHENTICATION_TOKEN: own(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
  ),
  INVALID_API_KEY: own('INVALID_API_KEY', 403, 'Forbidden', 'ForbiddenException'),
  /** An unknown stage, or a disabled endpoint: of no API's own, and so no gateway response's. */
  FORBIDDEN: own('', 403, 'Forbidden', 'ForbiddenException'),
  THROTTLED: own('THROTTLED', 429, 'Too Many Requests', 'TooManyRequestsException'),
  QUOTA_EXCEEDED: own('QUOTA_EXCEEDED', 429, 'Limit Exceeded', 'LimitExceededException'),
  REQUEST_TOO_LARGE: own(
    'REQUEST_TOO_LARGE',
    413,
    `HTTP content length exceeded ${MAX_PAYLOAD_BYTES} bytes.`,
    'RequestTooLargeException',
  ),
  UNSUPPORTED_MEDIA_TYPE: own('UNSUPPORTED_MEDIA_TYPE', 415, 'Unsupported Media Type', 'UnsupportedMediaTypeException'),
  INTEGRATION_TIMEOUT: own('INTEGRATION_TIMEOUT', 504, 'Endpoint request timed out', SERVER_ERROR),
  INTEGRATION_FAILURE: own('INTEGRATION_FAILURE', 504, 'Network error communicating with endpoint', SERVER_ERROR),
  API_CONFIGURATION_ERROR: own('API_CONFIGURATION_ERROR', 500, 'Internal server error', SERVER_ERROR),
  /** A function that failed, or did not answer in the form of a proxy integration. */
  BAD_FUNCTION: own('DEFAULT_5XX', 502, 'Internal server error', SERVER_ERROR),
} as const satisfies Readonly<Record<string, OwnAnswer>>;

/**
 * @param responses the API's, by type; one that it does not have defaults to `DEFAULT_4XX` or `DEFAULT_5XX`
 * @param sources its `context` need not know the error
 */
export function answerOf(
  why: OwnAnswer,
  responses: ReadonlyMap<string, RestGatewayResponse>,
  sources: Sources,
): Answer {
  const fallback = why.type === '' ? undefined : responses.get(why.status >= 500 ? 'DEFAULT_5XX' : 'DEFAULT_4XX');
  const response = responses.get(why.type) ?? fallback;
  const withError: Sources = { ...sources, context: (name) => errorContext(why, name) ?? sources.context(name) };
  const [contentType, template] = Object.entries(response?.templates ?? {})[0] ?? [];
  const body = template ? render(template, withError) : JSON.stringify({ message: why.message });
  const mapped = Object.entries(response?.headers ?? {}).flatMap(([name, value]): (readonly [string, string])[] => {
    const text = readValue(value, withError);
    return text === undefined ? [] : [[name, text]];
  });
  const status = response?.statusCode ?? fallback?.statusCode ?? why.status;
  return {
    // An interim status ends no request.
    status: status < 200 ? why.status : status,
    headers: [['Content-Type', contentType ?? 'application/json'], ['x-amzn-ErrorType', why.errorType], ...mapped],
    body: Buffer.from(body, 'utf8'),
  };
}

function errorContext(why: OwnAnswer, name: string): string | undefined {
  if (name === 'error.message') return why.message;
  if (name === 'error.messageString') return JSON.stringify(why.message);
  return name === 'error.responseType' ? why.type : undefined;
}
