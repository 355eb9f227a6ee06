/** What the synthesized JSON says about images: its repositories, and the images that its task definitions run. */
import { type Problem, throwIfAny } from '../../errors.ts';
import { type RawStacks, readStacks } from '../../read/index.ts';
import { examine, type ResolveOptions } from '../../resolve/index.ts';
import type { Topology } from '../../topology.ts';
import { ecrOf } from '../deploy/image-tag.ts';
import { DEFAULT_SETTINGS, type RepositorySettings, settingsIn } from './repository-settings.ts';

export interface SourceRepository {
  readonly name: string;
  /** Where Terraform creates it. */
  readonly region: string | null;
  /** `<stack>/aws_ecr_repository.<name>`; the task definition's address where no stack declares the repository. */
  readonly address: string;
  /** How it is created where it is missing; the reason where it cannot be created from the JSON alone. */
  readonly settings: RepositorySettings | string;
  /** Terraform means to create it. */
  readonly declared: boolean;
}

export interface ImageSource {
  readonly repositories: readonly SourceRepository[];
  readonly images: readonly { readonly image: string; readonly address: string }[];
}

/**
 * @param dirs synthesized folders, one a stage; what several say alike counts once
 * @throws CutoverError with every problem that images may come of; what only running the stacks would need is no matter
 */
export async function readImageSource(dirs: readonly string[], options: ResolveOptions): Promise<ImageSource> {
  const repositories = new Map<string, SourceRepository>();
  const images = new Map<string, { image: string; address: string }>();
  for (const dir of dirs) {
    const raw = await readStacks(dir);
    const { topology, problems } = examine(raw, options);
    throwIfAny(problems.filter(isOfImages));
    for (const repository of repositoriesIn(topology, raw)) {
      const known = repositories.get(repository.name);
      if (!known || (!known.declared && repository.declared)) repositories.set(repository.name, repository);
    }
    for (const image of imagesIn(topology)) if (!images.has(image.image)) images.set(image.image, image);
  }
  return { repositories: [...repositories.values()], images: [...images.values()] };
}

const OF_IMAGES = ['aws_ecr_repository', 'aws_ecs_task_definition'];

/** Of repositories and task definitions, or of no resource: a variable, a provider, a file. */
function isOfImages({ address = '' }: Problem): boolean {
  const [, type] = /\/(?:data\.|ephemeral\.)?([a-z0-9]+_\w+)\./.exec(address) ?? [];
  return type === undefined || OF_IMAGES.includes(type);
}

function imagesIn({ taskDefinitions }: Topology): { image: string; address: string }[] {
  return taskDefinitions.flatMap(({ address, containers }) =>
    containers.map(({ image, name }) => ({ image, address: `${address}.container_definitions[${name}].image` })),
  );
}

/** Declared ones first; those of ECR that only a task definition names count as well. */
function repositoriesIn(topology: Topology, raw: RawStacks): SourceRepository[] {
  const declared = topology.repositories.map(({ name, url, address }) => ({
    name,
    region: ecrOf(url)?.region ?? null,
    address,
    settings: settingsIn(raw, address, name),
    declared: true,
  }));
  const named = imagesIn(topology).flatMap(({ image, address }) => {
    const ecr = ecrOf(image);
    if (!ecr || declared.some(({ name }) => name === ecr.repository)) return [];
    return [{ name: ecr.repository, region: ecr.region, address, settings: DEFAULT_SETTINGS, declared: false }];
  });
  return [...declared, ...named];
}
