/** Hands DynamoDB's calls on to the embedded table store as they are. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';

const TARGET = /^DynamoDB(Streams)?_20120810\./;
/** dynalite insists on a signature's shape, not on its truth. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00';

export function isTablesCall(req: IncomingMessage): boolean {
  const target = req.headers['x-amz-target'];
  return typeof target === 'string' && TARGET.test(target);
}

/** @param endpoint null where no table was applied */
export function proxyTables(req: IncomingMessage, res: ServerResponse, body: Buffer, endpoint: string | null): void {
  if (endpoint === null) {
    refuse(res, 400, 'ResourceNotFoundException', 'Requested resource not found: no DynamoDB table was applied');
    return;
  }
  const authorization = /Signature=/.test(req.headers.authorization ?? '') ? req.headers.authorization : AUTHORIZATION;
  const headers = {
    'content-type': req.headers['content-type'] ?? 'application/x-amz-json-1.0',
    'x-amz-target': req.headers['x-amz-target'],
    'x-amz-date': req.headers['x-amz-date'] ?? '20260101T000000Z',
    authorization,
    'content-length': body.length,
  };
  const upstream = request(endpoint, { method: 'POST', headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
    answer.on('error', () => res.destroy());
  });
  upstream.on('error', (error) =>
    refuse(res, 500, 'InternalServerError', `the table store does not answer: ${error.message}`),
  );
  res.on('close', () => upstream.destroy());
  upstream.end(body);
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const type = `com.amazonaws.dynamodb.v20120810#${code}`;
  res
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: type, message }));
}
