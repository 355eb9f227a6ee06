/** A real registry (Debian's docker-registry) behind a door that asks for a token, as ECR's does, and fails to order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../services/kit/src/testing/free-port.ts';

export interface LocalRegistry {
  /** `127.0.0.1:port` of the door. */
  readonly host: string;
  /** What GetAuthorizationToken gives for it. */
  readonly authorization: string;
  /** The secret part of the authorization. */
  readonly password: string;
  /** Manifests put from now on are refused so many times. */
  failManifests(times: number): void;
  /** How often a manifest was refused since the start. */
  readonly refused: () => number;
  /** From now on no push to this repository is allowed. */
  deny(repository: string): void;
  /** From now on pushes to this repository get no answer. @returns resolves when the first one waits */
  hold(repository: string): Promise<void>;
  /** What the registry has under a tag: its digest, media type and text. */
  manifest(repository: string, tag: string): Promise<Manifest>;
  tags(repository: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly text: string;
}

/** Behind other suites on a small machine. */
const START_TIMEOUT_MS = 10 * 60_000;
/** As ECR puts it. */
const DENIED = JSON.stringify({
  errors: [{ code: 'DENIED', message: 'User is not authorized to perform: ecr:InitiateLayerUpload' }],
});
const ACCEPT = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];

/** @param program path of docker-registry @param dir where it keeps what is pushed */
export async function startRegistry(program: string, dir: string): Promise<LocalRegistry> {
  const password = randomBytes(24).toString('base64url');
  const authorization = Buffer.from(`AWS:${password}`).toString('base64');
  const port = await freePort();
  const child = await startProgram(program, dir, port);
  let failures = 0;
  let refused = 0;
  const denied = new Set<string>();
  const held = new Map<string, () => void>();
  const door = createServer((req, res) => {
    if (req.headers.authorization !== `Basic ${authorization}`) {
      res.writeHead(401, { 'www-authenticate': 'Basic realm="ecr"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const repository = /^\/v2\/(.+?)\/(?:blobs|manifests|tags)\//.exec(req.url ?? '')?.[1] ?? '';
    const waiting = held.get(repository);
    if (waiting) {
      waiting();
      return;
    }
    if (denied.has(repository)) {
      res.writeHead(403, { 'content-type': 'application/json' }).end(DENIED);
      return;
    }
    if (failures > 0 && req.method === 'PUT' && req.url?.includes('/manifests/')) {
      failures -= 1;
      refused += 1;
      res.writeHead(503).end('{"errors":[{"code":"TOOMANYREQUESTS","message":"busy"}]}');
      return;
    }
    passOn(req, res, port);
  });
  const doorPort = await listening(door);
  const direct = `http://127.0.0.1:${port}/v2`;
  return {
    host: `127.0.0.1:${doorPort}`,
    authorization,
    password,
    failManifests: (times) => {
      failures = times;
    },
    refused: () => refused,
    deny: (repository) => void denied.add(repository),
    hold: (repository) => new Promise((resolve) => held.set(repository, resolve)),
    async manifest(repository, tag) {
      const response = await fetch(`${direct}/${repository}/manifests/${tag}`, { headers: { accept: ACCEPT.join() } });
      if (!response.ok) throw new Error(`the registry has no ${repository}:${tag}: ${response.status}`);
      return {
        digest: response.headers.get('docker-content-digest') ?? '',
        mediaType: response.headers.get('content-type') ?? '',
        text: await response.text(),
      };
    },
    async tags(repository) {
      const response = await fetch(`${direct}/${repository}/tags/list`);
      if (!response.ok) return [];
      return ((await response.json()) as { tags: string[] | null }).tags ?? [];
    },
    async stop() {
      door.closeAllConnections();
      door.close();
      await ended(child);
    },
  };
}

async function startProgram(program: string, dir: string, port: number): Promise<ChildProcess> {
  await mkdir(dir, { recursive: true });
  const config = join(dir, 'registry.yml');
  const lines = [
    'version: 0.1',
    'log: { level: error, accesslog: { disabled: true } }',
    `storage: { filesystem: { rootdirectory: ${JSON.stringify(join(dir, 'registry'))} }, delete: { enabled: true } }`,
    `http: { addr: "127.0.0.1:${port}" }`,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const up = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return child;
    if (child.exitCode !== null || Date.now() > until) throw new Error('the registry does not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The host stays as the client wrote it: the registry's answers name it. */
function passOn(req: IncomingMessage, res: ServerResponse, port: number): void {
  const { method, url: path, headers } = req;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  onward.on('error', () => res.destroy());
  req.pipe(onward);
}

export const listening = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await end;
}
