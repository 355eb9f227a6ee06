/** One image from its Dockerfile, by whichever builder there is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { ImageResolver } from '../../run/contracts.ts';
import { type Builder, stepOf } from './builders.ts';
import { contentTag } from './content-tag.ts';
import type { PlannedImage } from './decide-images.ts';
import { type RunResult, runBuilder, tail } from './run.ts';
import { removeWorking } from './working-containers.ts';

export interface BuildSettings {
  readonly builder: Builder;
  /** The context: the project's folder. */
  readonly root: string;
  readonly base: string | null;
  readonly platform: string;
  readonly npmrc: string | null;
  readonly options: readonly string[];
}

export interface BuildContext {
  /** For the digest of what the plane would run. */
  readonly resolver: Pick<ImageResolver, 'resolve'>;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

export interface BuiltImage {
  readonly image: PlannedImage;
  readonly contentTag: string;
  /** `sha256:…` of the bundle in the image. */
  readonly bundle: string;
  /** As the builder knows it, `repository:tag`; the content tag first. */
  readonly names: readonly string[];
}

/** The installation of packages over a slow line is most of it. */
const BUILD_TIMEOUT_MS = 30 * 60_000;

/** @throws CutoverError IMAGE_BUILD_FAILED */
export async function buildImage(
  image: PlannedImage,
  settings: BuildSettings,
  context: BuildContext,
): Promise<BuiltImage> {
  const { workspace, repository, build } = image;
  const { builder, base, platform } = settings;
  const dockerfile = join(workspace.dir, 'Dockerfile');
  const text = await readFile(dockerfile, 'utf8').catch(() => null);
  if (text === null)
    throw failed(image, `${workspace.label} has no Dockerfile`, 'add one like those of its neighbours');
  const { digest } = await context.resolver.resolve(`${repository.name}:${build}`);
  const tag = contentTag({ bundleDigest: digest, dockerfile: text, base, platform });
  const names = [tag, build].map((one) => `${repository.name}:${one}`);
  const args = builder.build({
    context: settings.root,
    dockerfile,
    args: { BUILD: build, ...(base === null ? {} : { BASE: base }) },
    labels: {
      'org.opencontainers.image.title': repository.name,
      'org.opencontainers.image.version': tag,
    },
    names,
    platform,
    npmrc: settings.npmrc,
    options: settings.options,
  });
  const { code, output } = await runBuild(args, settings, context);
  if (code !== 0)
    throw failed(image, `${builder.name} ended with ${code ?? 'a signal'}:\n${tail(output)}`, fixFor(output));
  return { image, contentTag: tag, bundle: digest, names };
}

/** However it ends, nothing that it worked in stays. */
async function runBuild(
  args: readonly string[],
  { builder, root }: BuildSettings,
  { signal, progress }: BuildContext,
): Promise<RunResult> {
  const { name, env, working } = builder;
  const begun = new Set<string>();
  let ended = false;
  try {
    const result = await runBuilder(name, args, {
      cwd: root,
      env: { ...process.env, ...env },
      timeoutMs: BUILD_TIMEOUT_MS,
      signal,
      ...(working ? { isNoise: working.isNoise } : {}),
      onLine: (line) => {
        const [step, id] = [stepOf(line), working?.idIn(line) ?? null];
        if (step !== null) progress(step);
        if (id !== null) begun.add(id);
      },
    });
    ended = result.code === 0;
    return result;
  } finally {
    // A build that succeeds removes its own.
    const left = ended ? [] : await removeWorking(builder, begun);
    if (left.length > 0) progress(`${name} could not remove what it worked in: ${name} rm ${left.join(' ')}`);
  }
}

function fixFor(output: string): string {
  if (/npm error/.test(output))
    return 'npm’s message says why; a registry or a certificate of your own is configured with --npmrc FILE';
  if (/(pull|resolv|initializing source|manifest unknown|no such host).*(docker:|image|registry)/i.test(output))
    return 'name a base image that can be had here: --base IMAGE';
  return 'correct what the builder’s message names, then run it again: finished layers are kept';
}

function failed({ workspace, build }: PlannedImage, message: string, fix: string): CutoverError {
  return new CutoverError({
    code: 'IMAGE_BUILD_FAILED',
    address: `${workspace.label}/Dockerfile (${build})`,
    message,
    fix,
  });
}
