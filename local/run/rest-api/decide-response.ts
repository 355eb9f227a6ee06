/** The answer that a caller gets, made of what was answered behind (API Gateway integration responses). Pure. */
import type { RestIntegrationResponse } from '../../topology-rest-api.ts';
import type { Operation } from './compile-api.ts';
import { type Answer, MAX_PAYLOAD_BYTES, OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { bodyOf } from './decide-backend.ts';
import { type Headers, mediaTypeOf, ownOf, readValue, render, type Sources } from './values.ts';

export interface BackendAnswer {
  readonly status: number;
  /** As they came, in order. */
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Of this hop only (RFC 9110 7.6.1). */
const DROPPED = new Set(['keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
/** Sent on under another name, since API Gateway says its own (API Gateway known issues). */
const REMAPPED = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate']);

/** @param sources with the request's body: the response's is put in its place */
export function responseOf(operation: Operation, behind: BackendAnswer, sources: Sources): Answer | OwnAnswer {
  // Longer ones are API Gateway's own error (API Gateway limits).
  if (behind.body.length > MAX_PAYLOAD_BYTES) return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  if (operation.integration.integration === 'HTTP_PROXY') {
    const { status, body } = behind;
    return { status, body, headers: behind.rawHeaders.flatMap(([name, value]) => relayed(name, value)) };
  }
  return mappedResponse(operation, behind, { ...sources, body: behind.body, responseHeaders: behind.headers });
}

function relayed(name: string, value: string): (readonly [string, string])[] {
  const lower = name.toLowerCase();
  if (DROPPED.has(lower)) return [];
  return [[REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name, value]];
}

function mappedResponse({ responses }: Operation, behind: BackendAnswer, sources: Sources): Answer | OwnAnswer {
  const response = selected(responses, String(behind.status));
  if (!response) return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  const contentType = mediaTypeOf(behind.headers);
  const fitting = ownOf(response.templates, contentType);
  const [type, template] = fitting
    ? [contentType, fitting]
    : (Object.entries(response.templates)[0] ?? [behind.headers.get('content-type')?.[0] ?? 'application/json', null]);
  const mapped = Object.entries(response.headers).flatMap(([name, value]): (readonly [string, string])[] => {
    const text = readValue(value, sources);
    return text === undefined ? [] : [[name, text]];
  });
  const hasType = mapped.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: response.statusCode,
    headers: [...(hasType ? [] : [['Content-Type', type] as const]), ...mapped],
    body: template ? Buffer.from(render(template, sources), 'utf8') : behind.body,
  };
}

/** The first pattern that the whole status fits, else the response without one (API Gateway PutIntegrationResponse). */
function selected(responses: readonly RestIntegrationResponse[], status: string): RestIntegrationResponse | undefined {
  const fits = ({ selectionPattern }: RestIntegrationResponse): boolean =>
    selectionPattern !== null && new RegExp(`^(?:${selectionPattern})$`).test(status);
  return responses.find(fits) ?? responses.find(({ selectionPattern }) => selectionPattern === null);
}

/** A mock answers with the status that its template says, and nothing in its body (API Gateway how-to-mock-integration). */
export function mockOf(operation: Operation, sources: Sources): Answer | OwnAnswer {
  const input = bodyOf(operation.integration, sources.body, sources);
  if (!Buffer.isBuffer(input)) return input;
  const status = statusIn(input.toString('utf8'));
  if (status === null) return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  const behind: BackendAnswer = { status, rawHeaders: [], headers: new Map(), body: Buffer.alloc(0) };
  return mappedResponse(operation, behind, { ...sources, body: Buffer.alloc(0), responseHeaders: new Map() });
}

/** `{"statusCode": 200}`; templates of people hold bare names too. */
function statusIn(text: string): number | null {
  const found = /["']?statusCode["']?\s*:\s*["']?(\d{3})\b/.exec(text);
  return found ? Number(found[1]) : null;
}
