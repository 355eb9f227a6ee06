/**
 * The ordinary put, straight over a keep-alive pool: the SDK resolves the endpoint, provides credentials and signs; its
 * middleware, which costs more than all the rest of an order, is left out. Whatever is not ordinary is the SDK's.
 */
import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type Answer, AnswerTaker, Pool } from '../../../kit/src/index.ts';

export interface DirectPut {
  /**
   * `put`, or `refused` by the condition. Null for any other answer and where none came: then it is not known whether
   * the item was put, and the SDK's own call, with its retries and errors, says so.
   */
  put(input: PutItemCommandInput, signal: AbortSignal): Promise<'put' | 'refused' | null>;
  close(): Promise<void>;
}

type Signer = Awaited<ReturnType<DynamoDBClient['config']['signer']>>;

interface Place {
  readonly url: URL;
  readonly pool: Pool;
  readonly signer: Signer;
}

/** As many as the SDK's own handler opens. */
const CONNECTIONS = 50;
const MAX_ANSWER_BYTES = 65_536;

export function createDirectPut(client: DynamoDBClient, timeoutMs: number): DirectPut {
  let place: Promise<Place> | null = null;
  const open = async (): Promise<Place> => {
    const url = await endpointOf(client);
    const signer = await client.config.signer();
    const pool = new Pool(url.origin, {
      connections: CONNECTIONS,
      connect: { timeout: Math.min(timeoutMs, 2_000) },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
    return { url, signer, pool };
  };
  return {
    async put(input, signal) {
      try {
        place ??= open();
        const answer = await send(await place, JSON.stringify(input), signal);
        if (answer.status === 200) return 'put';
        return /"__type":"[^"]*#?ConditionalCheckFailedException"/.test(answer.body) ? 'refused' : null;
      } catch {
        return null;
      }
    },
    close: async () => void (await place?.then(({ pool }) => pool.destroy()).catch(() => {})),
  };
}

async function endpointOf({ config }: DynamoDBClient): Promise<URL> {
  const [custom, Region, UseFIPS, UseDualStack] = await Promise.all([
    config.endpoint?.(),
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
  ]);
  if (custom)
    return new URL(`${custom.protocol}//${custom.hostname}${custom.port ? `:${custom.port}` : ''}${custom.path}`);
  return config.endpointProvider({ Region, UseFIPS, UseDualStack }).url;
}

async function send({ url, signer, pool }: Place, body: string, signal: AbortSignal): Promise<Answer> {
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: url.pathname,
    query: {},
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
    },
    body,
  };
  const { headers } = await signer.sign(request);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const taker = new AnswerTaker(resolve, reject);
    signal.addEventListener('abort', () => taker.giveUp(), { once: true });
    pool.dispatch({ method: 'POST', path: url.pathname, headers, body }, taker);
  });
}
