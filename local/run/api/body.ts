/** Reads a request body inside limits. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError } from '../contracts.ts';

/** The largest request of the services here is DynamoDB's BatchWriteItem: 16 MiB. */
export const MAX_BODY_BYTES = 17 * 1024 * 1024;

const unzip = promisify(gunzip);

/**
 * @returns the body as sent; `Content-Encoding: gzip` (which clients use for PutMetricData) is undone by {@link decodeBody}
 * @throws ApiError RequestEntityTooLarge (413)
 */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const tooLarge = new ApiError('RequestEntityTooLarge', `The request body is over ${MAX_BODY_BYTES} bytes.`, 413);
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws ApiError SerializationException */
export async function decodeBody(req: IncomingMessage, body: Buffer): Promise<Buffer> {
  const encoding = req.headers['content-encoding'] ?? '';
  if (encoding === '' || encoding === 'identity' || encoding === 'aws-chunked') return body;
  if (encoding !== 'gzip')
    throw new ApiError('SerializationException', `Content-Encoding ${encoding} is not supported.`);
  try {
    return await unzip(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch {
    throw new ApiError('SerializationException', 'The request body could not be decompressed.');
  }
}
