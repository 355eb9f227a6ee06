/**
 * ECR's API as AWS has it, out of two parts that do not know each other: an emulator that records repositories, and a
 * registry that holds images. Requests go on to the emulator; addresses in its answers are the registry's, the token is
 * the registry's, and what was pushed is told to the emulator before it is asked for images.
 */

import { createServer, type IncomingMessage } from 'node:http';
import { ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { type LocalRegistry, listening } from './registry.ts';

export interface EcrDoor {
  readonly endpoint: string;
  stop(): void;
}

const REAL_HOST = /\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/g;
const TWELVE_HOURS_SECONDS = 12 * 3_600;

export async function openEcrDoor(emulator: string, registry: LocalRegistry): Promise<EcrDoor> {
  const ecr = new ECRClient({
    endpoint: emulator,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const server = createServer(async (req, res) => {
    const operation = String(req.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const body = await bodyOf(req);
    if (operation === 'GetAuthorizationToken') {
      res
        .setHeader('content-type', 'application/x-amz-json-1.1')
        .end(JSON.stringify({ authorizationData: [token(registry)] }));
      return;
    }
    if (operation === 'DescribeImages')
      await tell(ecr, registry, (JSON.parse(body) as { repositoryName: string }).repositoryName);
    const { host: _, connection: __, 'content-length': ___, ...headers } = req.headers;
    const answer = await fetch(emulator + (req.url ?? '/'), {
      method: req.method ?? 'POST',
      headers: headers as Record<string, string>,
      ...(req.method === 'GET' ? {} : { body }),
    });
    res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    res.end((await answer.text()).replaceAll(REAL_HOST, registry.host));
  });
  const port = await listening(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop() {
      server.closeAllConnections();
      server.close();
      ecr.destroy();
    },
  };
}

const token = ({ host, authorization }: LocalRegistry) => ({
  authorizationToken: authorization,
  proxyEndpoint: `http://${host}`,
  expiresAt: Math.floor(Date.now() / 1_000) + TWELVE_HOURS_SECONDS,
});

async function tell(ecr: ECRClient, registry: LocalRegistry, repositoryName: string): Promise<void> {
  for (const imageTag of await registry.tags(repositoryName)) {
    const { text, digest, mediaType } = await registry.manifest(repositoryName, imageTag);
    const image = {
      repositoryName,
      imageTag,
      imageManifest: text,
      imageDigest: digest,
      imageManifestMediaType: mediaType,
    };
    await ecr.send(new PutImageCommand(image)).catch((error: Error) => {
      // Told before; or a tag of an immutable repository, which stays what it is.
      if (
        !['ImageAlreadyExistsException', 'ImageTagAlreadyExistsException', 'RepositoryNotFoundException'].includes(
          error.name,
        )
      )
        throw error;
    });
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req.setEncoding('utf8')) text += chunk;
  return text;
}
