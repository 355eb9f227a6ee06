/** Which images are meant: repositories of the JSON × builds of the workspaces, narrowed by services and tags. Pure. */
import type { Problem } from '../../errors.ts';
import { decideImage } from '../../run/images/decide-image.ts';
import { parseImage } from '../../run/images/reference.ts';
import { nearest } from '../../run/images/suggest.ts';
import type { ServiceWorkspace } from '../../run/images/workspaces.ts';
import type { ImageSource, SourceRepository } from './source.ts';

export interface ImageRequest {
  readonly workspaces: readonly ServiceWorkspace[];
  readonly source: ImageSource;
  /** Repository names, workspace folders (`forum/threads`) or their last part; none means all. */
  readonly services: readonly string[];
  /** Builds; none means those that the JSON's task definitions name, else `latest`. */
  readonly tags: readonly string[];
}

export interface PlannedImage {
  readonly repository: SourceRepository;
  readonly workspace: ServiceWorkspace;
  /** Name of the build, and the tag it gets. */
  readonly build: string;
}

export interface ImageDecisions {
  readonly images: readonly PlannedImage[];
  /** Repositories that nothing here is built for. */
  readonly skipped: readonly { readonly repository: string; readonly reason: string }[];
  readonly problems: readonly Problem[];
}

interface Target {
  readonly repository: SourceRepository;
  readonly workspace: ServiceWorkspace;
}

const DEFAULT_BUILD = 'latest';
const SOURCES =
  'an image is a repository of the synthesized JSON that a service workspace has builds for (cutover.image)';

export function decideImages(request: ImageRequest): ImageDecisions {
  const problems: Problem[] = [];
  const skipped: { repository: string; reason: string }[] = [];
  const targets: Target[] = [];
  for (const repository of request.source.repositories) {
    const decision = decideImage(repository.name, {}, request.workspaces);
    const workspace =
      decision.kind === 'build' ? decision.workspace : workspaceFor(repository.name, request.workspaces);
    if (workspace) targets.push({ repository, workspace });
    else if (decision.kind === 'refused' && decision.problem.code === 'INVALID_CONFIG')
      problems.push({ ...decision.problem, address: repository.address });
    else skipped.push({ repository: repository.name, reason: 'no service workspace builds it' });
  }
  const chosen = choose(request, targets, problems);
  const images = chosen.flatMap((target) => imagesOf(target, request, { problems, skipped }));
  if (request.tags.length > 0 && request.services.length === 0) problems.push(...unknownTags(request.tags, targets));
  if (images.length === 0 && problems.length === 0) problems.push(nothing(request.source));
  return { images, skipped: request.services.length === 0 ? skipped : [], problems };
}

/** A workspace without a build `latest` is still the repository's: ask for a tag that it has. */
function workspaceFor(name: string, workspaces: readonly ServiceWorkspace[]): ServiceWorkspace | null {
  for (const tag of new Set(workspaces.flatMap(({ builds }) => [...builds.keys()]))) {
    const decision = decideImage(`${name}:${tag}`, {}, workspaces);
    if (decision.kind === 'build') return decision.workspace;
  }
  return null;
}

function choose({ services, workspaces }: ImageRequest, targets: readonly Target[], problems: Problem[]): Target[] {
  if (services.length === 0) return [...targets];
  const chosen = new Set<Target>();
  for (const service of services) {
    const found = meant(service, targets);
    const folders = new Set(found.map(({ workspace }) => workspace.label));
    if (folders.size > 1) problems.push(ambiguous(service, [...folders]));
    else if (found.length === 0) problems.push(unknownService(service, targets, workspaces));
    else for (const target of found) chosen.add(target);
  }
  return targets.filter((target) => chosen.has(target));
}

/** The most exact way to read a name wins: repository, folder, last part of the folder. */
function meant(service: string, targets: readonly Target[]): readonly Target[] {
  const readings: readonly ((target: Target) => boolean)[] = [
    ({ repository }) => repository.name === service,
    ({ workspace }) => workspace.label === service || shortLabel(workspace) === service,
    ({ workspace }) => lastPart(workspace) === service,
  ];
  return readings.map((reads) => targets.filter(reads)).find((found) => found.length > 0) ?? [];
}

function imagesOf(
  { repository, workspace }: Target,
  { tags, services, source }: ImageRequest,
  into: { problems: Problem[]; skipped: { repository: string; reason: string }[] },
): PlannedImage[] {
  const named = source.images.filter((image) => parseImage(image.image).path === repository.name);
  const wanted = new Map<string, string>(tags.map((tag) => [tag, `--tag ${tag}`]));
  if (tags.length === 0) for (const { image, address } of named) wanted.set(parseImage(image).tag, address);
  if (wanted.size === 0) wanted.set(DEFAULT_BUILD, repository.address);
  return [...wanted].flatMap(([tag, address]) => {
    if (workspace.builds.has(tag)) return [{ repository, workspace, build: tag }];
    // Without a service named, --tag means whoever has that build.
    if (tags.length > 0 && services.length === 0) return [];
    if (tags.length === 0 && named.length === 0)
      into.skipped.push({ repository: repository.name, reason: `nothing names a tag of it, and it has no ${tag}` });
    else into.problems.push(noBuild(tag, address, workspace));
    return [];
  });
}

function noBuild(tag: string, address: string, { label, builds }: ServiceWorkspace): Problem {
  const tags = [...builds.keys()];
  const near = nearest(tag, tags);
  return {
    code: 'IMAGE_NOT_FOUND',
    address,
    message: `${label} has no build ${tag}${near ? `; did you mean ${near}?` : ''}`,
    value: tag,
    rule: `a tag is the name of a build. Builds of ${label}: ${tags.join(', ')}`,
    fix: `use one of them, or add ${tag} to cutover.image.builds in ${label}/package.json`,
  };
}

function unknownTags(tags: readonly string[], targets: readonly Target[]): Problem[] {
  const known = [...new Set(targets.flatMap(({ workspace }) => [...workspace.builds.keys()]))].sort();
  return tags
    .filter((tag) => !known.includes(tag))
    .map((tag) => {
      const near = nearest(tag, known);
      return {
        code: 'IMAGE_NOT_FOUND',
        address: `--tag ${tag}`,
        message: `no service has a build ${tag}${near ? `; did you mean ${near}?` : ''}`,
        value: tag,
        rule: `a tag is the name of a build. There are: ${known.join(', ')}`,
        fix: 'use one of them, or add it to cutover.image.builds in the service’s package.json',
      };
    });
}

function ambiguous(service: string, folders: readonly string[]): Problem {
  return {
    code: 'SERVICE_AMBIGUOUS',
    address: 'SERVICE',
    message: `${service} may be ${folders.join(' or ')}`,
    value: service,
    rule: 'a service is named by its repository, its folder, or the folder’s last part where that is unique',
    fix: `say which: ${folders.map((folder) => folder.replace(/^services\//, '')).join(', ')}`,
  };
}

function unknownService(service: string, targets: readonly Target[], workspaces: readonly ServiceWorkspace[]): Problem {
  const names = [
    ...new Set(targets.flatMap((t) => [t.repository.name, shortLabel(t.workspace), lastPart(t.workspace)])),
  ];
  const homeless = workspaces.find((one) => [one.label, shortLabel(one), lastPart(one)].includes(service));
  const near = nearest(service, names);
  return {
    code: 'SERVICE_NOT_FOUND',
    address: 'SERVICE',
    message: homeless
      ? `${homeless.label} has no repository in the synthesized JSON`
      : `there is no service ${service}${near ? `; did you mean ${near}?` : ''}`,
    value: service,
    rule: `${SOURCES}. There are: ${targets.map((t) => `${t.repository.name} (${t.workspace.label})`).join(', ')}`,
    fix: homeless ? 'choose the JSON that has it: --system, --stage, --synth' : 'name one of them, or none for all',
  };
}

function nothing({ repositories }: ImageSource): Problem {
  return {
    code: 'IMAGE_NOT_FOUND',
    message: 'there is no image to make',
    value: repositories.map(({ name }) => name),
    rule: SOURCES,
    fix: 'name other JSON (--stage, --synth), or add cutover.image to a workspace’s package.json',
  };
}

const shortLabel = ({ label }: ServiceWorkspace): string => label.replace(/^services\//, '');
const lastPart = ({ label }: ServiceWorkspace): string => label.slice(label.lastIndexOf('/') + 1);
