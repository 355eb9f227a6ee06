/** Calls of the DynamoDB JSON API to our own table store. */
import { TOKEN_HEADER } from './server.ts';

export class TableStoreError extends Error {
  /** `ResourceNotFoundException` and the like. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'TableStoreError';
    this.code = code;
  }
}

export interface TableClient {
  /** @throws TableStoreError as the API refuses */
  call<T>(action: string, input: object): Promise<T>;
  /** Lets only this client through until `release`; resolves when what was under way has ended. */
  hold(): Promise<void>;
  release(): Promise<void>;
}

/** dynalite wants a signature's shape and looks no further. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00';

/** How often a call that met no server is made: the store may just have died, and is started again. */
const TRIES = 4;

export interface TableClientOptions {
  /** Resolves when the store answers. */
  readonly endpoint: () => Promise<string>;
  readonly token: string;
  /** Between two tries. */
  readonly pause: () => Promise<void>;
}

export function createTableClient({ endpoint, token, pause }: TableClientOptions): TableClient {
  async function post(path: string, headers: Record<string, string>, body: string): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const url = `${await endpoint()}${path}`;
      try {
        return await fetch(url, { method: 'POST', headers: { ...headers, [TOKEN_HEADER]: token }, body });
      } catch (error) {
        if (tries === TRIES) throw new Error(`the table store does not answer: ${(error as Error).message}`);
        await pause();
      }
    }
  }
  const control = async (path: string): Promise<void> => {
    const response = await post(path, {}, '');
    if (!response.ok) throw new Error(`the table store answered ${response.status} to ${path}`);
  };
  return {
    async call<T>(action: string, input: object): Promise<T> {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${action}`,
        'x-amz-date': '20260101T000000Z',
        authorization: AUTHORIZATION,
      };
      const response = await post('/', headers, JSON.stringify(input));
      const answer = (await response.json()) as { __type?: string; message?: string; Message?: string };
      if (response.ok) return answer as T;
      throw new TableStoreError(answer.__type?.split('#').at(-1) ?? String(response.status), answer.message ?? '');
    },
    hold: () => control('/hold'),
    release: () => control('/release'),
  };
}
