/** A stage for `runImages`: a builder that only notes what it is told, and ECR's API with a memory. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOKEN = Buffer.from('AWS:very-secret').toString('base64');
export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** Notes its arguments and the registry configuration that it sees; fails as often as the file `failures` says. */
const DOCKER = `#!/bin/sh
here=$(dirname "$0")
printf '%s\\n' "$*" >> "$here/calls"
case $1 in
  version) [ -e "$here/no-daemon" ] && { echo 'Cannot connect to the Docker daemon'; exit 1; }; echo 27.0;;
  build) printf '#5 [build 2/3] COPY a b\\n#6 0.5 noise\\n';;
  push)
    cat "$DOCKER_CONFIG/config.json" > "$here/config"
    printf '%s' "$DOCKER_CONFIG" > "$here/config-dir"
    left=$(cat "$here/failures" 2>/dev/null || echo 0)
    if [ "$left" -gt 0 ]; then echo $((left - 1)) > "$here/failures"; cat "$here/reason"; exit 1; fi
    printf 'latest: digest: ${DIGEST} size: 1234\\n';;
esac
`;

export interface Stage {
  readonly dir: string;
  readonly bin: string;
  readonly endpoint: string;
  readonly stack: string;
  /** Operations asked of ECR, in order. */
  readonly asked: readonly string[];
  /** Repository → settings. */
  readonly repositories: Map<string, Record<string, unknown>>;
  /** What DescribeImages answers. */
  held: string;
  calls(): Promise<string[]>;
  note(file: string): Promise<string>;
  set(file: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(stack: object): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-images-test-'));
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'docker'), DOCKER);
  await chmod(join(bin, 'docker'), 0o755);
  const file = join(dir, 'stack.tf.json');
  await writeFile(file, JSON.stringify(stack));
  const asked: string[] = [];
  const repositories = new Map<string, Record<string, unknown>>();
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req.setEncoding('utf8')) body += chunk;
    const operation = String(req.headers['x-amz-target']).split('.')[1] ?? '';
    asked.push(operation);
    const { status, json } = answer(operation, JSON.parse(body || '{}') as Record<string, unknown>);
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const note = (name: string): Promise<string> => readFile(join(bin, name), 'utf8').catch(() => '');
  const stage: Stage = {
    dir,
    bin,
    endpoint: `http://127.0.0.1:${port}`,
    stack: file,
    asked,
    repositories,
    held: DIGEST,
    note,
    calls: async () => (await note('calls')).split('\n').filter(Boolean),
    set: (name, text) => writeFile(join(bin, name), text),
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  function answer(operation: string, input: Record<string, unknown>): { status: number; json: object } {
    const name = String(input['repositoryName'] ?? (input['repositoryNames'] as string[] | undefined)?.[0]);
    const shown = { repositoryName: name, repositoryUri: `127.0.0.1:9/${name}`, ...repositories.get(name) };
    switch (operation) {
      case 'GetAuthorizationToken':
        return ok({ authorizationData: [{ authorizationToken: TOKEN, proxyEndpoint: 'http://127.0.0.1:9' }] });
      case 'DescribeRepositories':
        if (!repositories.has(name))
          return { status: 400, json: { __type: 'RepositoryNotFoundException', message: 'no' } };
        return ok({ repositories: [shown] });
      case 'CreateRepository':
        repositories.set(name, input);
        return ok({ repository: { ...shown, ...input } });
      case 'PutLifecyclePolicy':
        repositories.set(name, { ...repositories.get(name), lifecycle: input['lifecyclePolicyText'] });
        return ok({});
      case 'DescribeImages':
        return ok({ imageDetails: [{ imageDigest: stage.held }] });
      default:
        return { status: 400, json: { __type: 'UnknownOperationException', message: operation } };
    }
  }
  return stage;
}

const ok = (json: object) => ({ status: 200, json });
