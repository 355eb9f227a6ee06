/** AWS JSON 1.0 and 1.1. Dates are epoch seconds. */
import { ApiError } from '../../contracts.ts';
import { type AnswerContext, type Protocol, queryErrorHeader } from './protocol.ts';

export function jsonProtocol(version: '1.0' | '1.1'): Protocol {
  const headers = (context: AnswerContext): Record<string, string> => ({
    'content-type': `application/x-amz-json-${version}`,
    'x-amzn-requestid': context.requestId,
  });
  return {
    mistyped: 'SerializationException',
    output: (value, context) => ({
      status: 200,
      headers: headers(context),
      body: JSON.stringify(toJson(value ?? {})),
    }),
    error: (error, context) => ({
      status: error.status,
      headers: { ...headers(context), ...queryErrorHeader(error, context.service), 'x-amzn-errortype': error.code },
      body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message }),
    }),
  };
}

/**
 * Members that are null count as absent, as AWS has it; the names of Object's own machinery never become properties.
 * @throws ApiError SerializationException
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'), (key, member) => (key === '__proto__' ? undefined : member));
  } catch {
    throw new ApiError('SerializationException', 'The request body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('SerializationException', 'The request body is not a JSON object.');
  }
  return dropNulls(value, 0);
}

const MAX_DEPTH = 64;

function dropNulls(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new ApiError('SerializationException', `The request nests over ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) return value.map((item) => dropNulls(item, depth + 1));
  const kept = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, dropNulls(member, depth + 1)]));
}

function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, toJson(member)]));
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, toJson(member)]));
}
