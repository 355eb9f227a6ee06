/** A request's body, whole, up to what API Gateway takes (API Gateway limits: 10 MB). */
import type { IncomingMessage } from 'node:http';
import { MAX_PAYLOAD_BYTES } from './decide-answer.ts';

/** Never rejects. */
export function readBody(req: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  if (Number(req.headers['content-length'] ?? 0) > MAX_PAYLOAD_BYTES) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_PAYLOAD_BYTES) {
        req.pause();
        req.removeAllListeners('data');
        resolve('too-large');
      } else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks)));
    req.on('error', () => resolve('gone'));
    req.on('close', () => resolve('gone'));
  });
}
