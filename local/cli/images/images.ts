/** `images build|push`: what is meant, what is needed for it, then one image after another. */
import { CutoverError, type Problem, throwIfAny } from '../../errors.ts';
import type { ResolveOptions } from '../../resolve/index.ts';
import { createImageResolver } from '../../run/images/images.ts';
import { findWorkspaces } from '../../run/images/workspaces.ts';
import { type BuildSettings, type BuiltImage, buildImage } from './build.ts';
import type { Builder, BuilderName } from './builders.ts';
import { decideImages, type ImageDecisions, type PlannedImage } from './decide-images.ts';
import { type Authorization, EcrRegistry, type RemoteRepository } from './ecr.ts';
import { findBuilder } from './find-builder.ts';
import { inTurns } from './in-turns.ts';
import { type PushedImage, pushImage } from './push.ts';
import { readImageSource } from './source.ts';

export interface ImagesRequest {
  readonly services: readonly string[];
  readonly tags: readonly string[];
  readonly builder?: BuilderName;
  readonly build: Omit<BuildSettings, 'builder'>;
  /** Images made at a time, after the first one; at least 1. */
  readonly jobs: number;
  /** Null: build only. */
  readonly push: { readonly endpoint?: string; readonly region?: string } | null;
  readonly resolve: ResolveOptions;
}

export interface ImagesContext {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  /** Synthesized folders, one a stage. @throws CutoverError */
  readonly sources: () => Promise<readonly string[]>;
  progress(line: string): void;
}

export interface ImageResult {
  readonly service: string;
  readonly repository: string;
  readonly build: string;
  /** The content tag, then the named one. */
  readonly tags: readonly string[];
  /** `sha256:…` of the bundle that it holds. */
  readonly bundle: string;
  /** Names by which the builder has it. */
  readonly names: readonly string[];
  /** Null where it was only built. */
  readonly pushed: PushedImage | null;
}

export interface ImagesResult {
  readonly version: 1;
  readonly builder: BuilderName;
  readonly images: readonly ImageResult[];
  readonly created: readonly string[];
  readonly skipped: ImageDecisions['skipped'];
}

/** Where an image goes. */
interface Destination {
  readonly registry: EcrRegistry;
  readonly authorization: Authorization;
  readonly repository: RemoteRepository;
}

const DEFAULT_REGION = 'us-east-1';

/** @throws CutoverError with every problem: all that is missing before anything is built, then what failed */
export async function runImages(request: ImagesRequest, context: ImagesContext): Promise<ImagesResult> {
  const registries = new Map<string, EcrRegistry>();
  try {
    const { builder, decided, authorizations } = await prepare(request, context, registries);
    const { images, skipped } = decided;
    for (const { repository, reason } of skipped) context.progress(`skipping ${repository}: ${reason}`);
    const repositories = await findRepositories(images, (image) => registryOf(image, request, registries), context);
    const resolver = createImageResolver({ projectDir: request.build.root, cacheDir: context.cacheDir, overrides: {} });
    const results = await makeAll(images, request.jobs, context, async (image, progress) => {
      const settings = { ...request.build, builder };
      const built = await buildImage(image, settings, { resolver, signal: context.signal, progress });
      progress(`built as ${built.names.join(' and ')}`);
      const destination = destinationOf(image, { request, registries, authorizations, repositories });
      return finish(built, destination, { builder, request, context, progress });
    });
    const created = [...repositories.values()].filter((one) => one.created).map((one) => one.name);
    return { version: 1, builder: builder.name, images: results, created, skipped };
  } finally {
    for (const registry of registries.values()) registry.close();
  }
}

/**
 * The first image fills the layers that all share; then there are several at a time. One that fails stops no other.
 * @throws CutoverError with all that failed, in the images' order
 */
async function makeAll(
  images: readonly PlannedImage[],
  jobs: number,
  context: ImagesContext,
  make: (image: PlannedImage, progress: (line: string) => void) => Promise<ImageResult>,
): Promise<readonly ImageResult[]> {
  const one = async (image: PlannedImage, index: number): Promise<ImageResult | CutoverError> => {
    const name = `[${index + 1}/${images.length}] ${image.repository.name}:${image.build}`;
    const progress = (line: string): void => context.progress(`${name}  ${line}`);
    try {
      return await make(image, progress);
    } catch (error) {
      if (!(error instanceof CutoverError)) throw error;
      progress('failed');
      return error;
    }
  };
  const first = await inTurns(images.slice(0, 1), 1, one);
  const made = [...first, ...(await inTurns(images.slice(1), jobs, (image, index) => one(image, index + 1)))];
  throwIfAny(made.flatMap((result) => (result instanceof CutoverError ? result.problems : [])));
  return made.filter((result): result is ImageResult => !(result instanceof CutoverError));
}

interface Prepared {
  readonly builder: Builder;
  readonly decided: ImageDecisions;
  readonly authorizations: ReadonlyMap<EcrRegistry, Authorization>;
}

/** Builder, images and credentials are looked at side by side, so that all that is missing is told at once. */
async function prepare(
  request: ImagesRequest,
  context: ImagesContext,
  registries: Map<string, EcrRegistry>,
): Promise<Prepared> {
  const { workspaces, problems: workspaceProblems } = findWorkspaces(request.build.root);
  const problems: Problem[] = [...workspaceProblems];
  const [builder, decided] = await Promise.all([
    findBuilder(request.builder),
    collecting(problems, async () => {
      const source = await readImageSource(await context.sources(), request.resolve);
      const { services, tags } = request;
      return decideImages({ workspaces, source, services, tags });
    }),
  ]);
  if ('code' in builder) problems.unshift(builder);
  problems.push(...(decided?.problems ?? []));
  const authorizations = new Map<EcrRegistry, Authorization>();
  // Credentials are tried even where nothing is to be pushed yet for another reason.
  const regions = new Set((decided?.images ?? []).map((image) => regionOf(image, request)));
  if (request.push && regions.size === 0) regions.add(request.push.region ?? DEFAULT_REGION);
  if (request.push)
    for (const region of regions) {
      const registry = new EcrRegistry({ ...request.push, region });
      registries.set(region, registry);
      const authorization = await collecting(problems, () => registry.authorize(context.signal));
      if (authorization) authorizations.set(registry, authorization);
    }
  throwIfAny(problems);
  return { builder: builder as Builder, decided: decided as ImageDecisions, authorizations };
}

/** Once for each repository; all problems at once. Nothing where nothing is pushed. */
async function findRepositories(
  images: readonly PlannedImage[],
  registryFor: (image: PlannedImage) => EcrRegistry | null,
  { progress, signal }: ImagesContext,
): Promise<ReadonlyMap<string, RemoteRepository>> {
  const found = new Map<string, RemoteRepository>();
  const problems: Problem[] = [];
  const once = new Map(images.map((image) => [image.repository.name, image]));
  for (const [name, image] of once) {
    const registry = registryFor(image);
    if (!registry) continue;
    signal.throwIfAborted();
    const { repository } = image;
    const remote = await collecting(problems, () => registry.findOrCreate(repository));
    if (!remote) continue;
    found.set(name, remote);
    if (remote.created) progress(createdNote(name, repository.declared ? repository.address : null));
  }
  throwIfAny(problems);
  return found;
}

function createdNote(name: string, address: string | null): string {
  const terraform = address?.slice(address.indexOf('/') + 1);
  const note = `created the repository ${name}`;
  return terraform ? `${note}; before its stack is deployed: terraform import '${terraform}' ${name}` : note;
}

interface Places {
  readonly request: ImagesRequest;
  readonly registries: ReadonlyMap<string, EcrRegistry>;
  readonly authorizations: ReadonlyMap<EcrRegistry, Authorization>;
  readonly repositories: ReadonlyMap<string, RemoteRepository>;
}

function destinationOf(image: PlannedImage, places: Places): Destination | null {
  const registry = registryOf(image, places.request, places.registries);
  const authorization = registry && places.authorizations.get(registry);
  const repository = places.repositories.get(image.repository.name);
  return registry && authorization && repository ? { registry, authorization, repository } : null;
}

async function finish(
  built: BuiltImage,
  destination: Destination | null,
  work: { builder: Builder; request: ImagesRequest; context: ImagesContext; progress: (line: string) => void },
): Promise<ImageResult> {
  const { image, contentTag, bundle, names } = built;
  const { builder, request, context, progress } = work;
  const pushed = destination
    ? await pushImage(built, destination.repository, {
        ...{ builder, progress, signal: context.signal, root: request.build.root },
        ...{ registry: destination.registry, authorization: destination.authorization },
      })
    : null;
  if (pushed) progress(`pushed and found in ECR: ${pushed.digest}`);
  return {
    service: image.workspace.label,
    repository: image.repository.name,
    build: image.build,
    tags: [contentTag, image.build],
    bundle,
    names,
    pushed,
  };
}

const regionOf = ({ repository }: PlannedImage, { push }: ImagesRequest): string =>
  push?.region ?? repository.region ?? DEFAULT_REGION;

function registryOf(
  image: PlannedImage,
  request: ImagesRequest,
  registries: ReadonlyMap<string, EcrRegistry>,
): EcrRegistry | null {
  return request.push ? (registries.get(regionOf(image, request)) ?? null) : null;
}

async function collecting<T>(problems: Problem[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CutoverError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}
