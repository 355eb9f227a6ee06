/** Smithy's RPC v2 CBOR, which current clients use for CloudWatch. */
import { ApiError } from '../../contracts.ts';
import { decodeCbor, encodeCbor } from './cbor-codec.ts';
import { type AnswerContext, type Protocol, queryErrorHeader } from './protocol.ts';

const headers = (context: AnswerContext): Record<string, string> => ({
  'content-type': 'application/cbor',
  'smithy-protocol': 'rpc-v2-cbor',
  'x-amzn-requestid': context.requestId,
});

export const cborProtocol: Protocol = {
  mistyped: 'SerializationException',
  output: (value, context) => ({ status: 200, headers: headers(context), body: encodeCbor(value ?? {}) }),
  error: (error, context) => ({
    status: error.status,
    headers: { ...headers(context), ...queryErrorHeader(error, context.service) },
    body: encodeCbor({
      __type: `com.amazonaws.${context.service?.name ?? 'unknown'}#${error.code}`,
      message: error.message,
    }),
  }),
};

/** @throws ApiError SerializationException */
export function parseCbor(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const value = decodeCbor(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The answer below says all that the client needs.
  }
  throw new ApiError('SerializationException', 'The request body is not a CBOR map.');
}
