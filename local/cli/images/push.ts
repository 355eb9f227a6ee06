/** One image to its repository: every tag, tried again where that may help, and checked against what ECR then holds. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CutoverError, throwIfAny } from '../../errors.ts';
import { withAuthFile } from './auth-file.ts';
import type { BuiltImage } from './build.ts';
import { type Builder, printedDigest } from './builders.ts';
import { decidePush, isExpired, MAX_ATTEMPTS, retryWaitMs } from './decide-push.ts';
import type { Authorization, EcrRegistry, RemoteRepository } from './ecr.ts';
import { runBuilder, tail } from './run.ts';

export interface PushContext {
  readonly builder: Builder;
  readonly registry: EcrRegistry;
  readonly authorization: Authorization;
  readonly root: string;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

export interface PushedImage {
  /** `sha256:…` of the manifest, as ECR has it. */
  readonly digest: string;
  readonly uri: string;
  readonly pushed: readonly string[];
  readonly unchanged: readonly string[];
}

const PUSH_TIMEOUT_MS = 15 * 60_000;
/** A push shows in DescribeImages at once, or a moment later. */
const VERIFY_WAITS_MS = [0, 500, 1_000, 2_000, 4_000];

/** @throws CutoverError PUSH_FAILED, or what ECR's API answers */
export async function pushImage(
  built: BuiltImage,
  repository: RemoteRepository,
  context: PushContext,
): Promise<PushedImage> {
  const { contentTag, image } = built;
  const namedTags = [image.build];
  const held = repository.immutable
    ? await context.registry.digests(repository.name, [contentTag, ...namedTags])
    : new Map<string, string>();
  const { name, uri, immutable } = repository;
  const { push, unchanged, problems } = decidePush({ repository: name, contentTag, namedTags, held, immutable });
  throwIfAny(problems);
  const digests = new Map<string, string>(unchanged.map((tag) => [tag, held.get(tag) ?? '']));
  for (const tag of push) digests.set(tag, await pushTag(built, `${uri}:${tag}`, context));
  await verify(repository, digests, context);
  return { digest: digests.get(contentTag) ?? '', uri, pushed: push, unchanged };
}

async function pushTag({ names }: BuiltImage, remote: string, context: PushContext): Promise<string> {
  let { authorization } = context;
  for (let attempt = 1; ; attempt++) {
    context.progress(`pushing ${remote}${attempt > 1 ? ` (attempt ${attempt} of ${MAX_ATTEMPTS})` : ''}`);
    const { digest, output } = await pushOnce(names[0] ?? '', remote, { ...context, authorization });
    if (digest !== null) return digest;
    const waitMs = retryWaitMs(attempt, output);
    if (waitMs === null)
      throw failed(remote, `it failed ${attempt === 1 ? 'for good' : `${attempt} times`}:\n${tail(output, 6)}`);
    context.progress(`  failed, again in ${waitMs / 1000} s: ${tail(output, 1)}`);
    await sleep(waitMs, undefined, { signal: context.signal });
    if (isExpired(output)) authorization = await context.registry.authorize(context.signal);
  }
}

/** @returns the pushed manifest's digest, or null where the push failed */
function pushOnce(
  local: string,
  remote: string,
  { builder, authorization, root, signal }: PushContext,
): Promise<{ digest: string | null; output: string }> {
  return withAuthFile(authorization, async (authDir) => {
    const digestFile = join(authDir, 'digest');
    const commands = builder.push({ local, remote, authDir, digestFile, plainHttp: authorization.plainHttp });
    const env = { ...process.env, ...builder.env, ...builder.pushEnv(authDir) };
    let output = '';
    for (const args of commands) {
      const result = await runBuilder(builder.name, args, { cwd: root, env, timeoutMs: PUSH_TIMEOUT_MS, signal });
      output = result.output;
      if (result.code !== 0) return { digest: null, output };
    }
    const written = await readFile(digestFile, 'utf8').catch(() => null);
    await rm(digestFile, { force: true });
    return { digest: written?.trim() ?? printedDigest(output), output };
  });
}

async function verify(
  { name, uri }: RemoteRepository,
  pushed: ReadonlyMap<string, string>,
  { registry, signal }: PushContext,
): Promise<void> {
  let wrong: string[] = [];
  for (const waitMs of VERIFY_WAITS_MS) {
    await sleep(waitMs, undefined, { signal });
    const held = await registry.digests(name, [...pushed.keys()]);
    wrong = [...pushed].flatMap(([tag, digest]) =>
      held.get(tag) === digest ? [] : [`${tag}: pushed ${digest}, ECR has ${held.get(tag) ?? 'nothing'}`],
    );
    if (wrong.length === 0) return;
  }
  throw failed(uri, `ECR does not hold what was pushed: ${wrong.join('; ')}`);
}

function failed(address: string, message: string): CutoverError {
  return new CutoverError({
    code: 'PUSH_FAILED',
    address,
    message,
    fix: 'correct what the message names (rights: ecr:PutImage and the layer actions), then push again: layers that arrived are kept',
  });
}
