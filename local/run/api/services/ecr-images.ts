/** What a repository holds: the builds that its images run as, each with its tag and the digest of its bundle. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import type { Call } from '../operation.ts';
import { paginate } from '../pages.ts';
import type { ImageBuild } from '../ports.ts';
import { integer, list, text } from '../schema.ts';
import { checkRegistry, needRepository, type Repository } from './ecr-lookup.ts';

const MAX_PAGE = 1000;
const tagStatus = z.object({ tagStatus: z.enum(['TAGGED', 'UNTAGGED', 'ANY']).optional() }).optional();
const common = {
  registryId: text.optional(),
  repositoryName: text,
  nextToken: text.optional(),
  maxResults: integer(1, MAX_PAGE).optional(),
  filter: tagStatus,
};
const imageIds = list(z.object({ imageTag: text.optional(), imageDigest: text.optional() }), 100).optional();

export const imagesInput = z.object({ ...common, imageIds });
export const listInput = z.object(common);
type ImagesInput = z.output<typeof imagesInput>;
type ListInput = z.output<typeof listInput>;

/** Equal bundles are one image with several tags, as in a registry. */
interface Image extends Omit<ImageBuild, 'tag'> {
  readonly tags: readonly string[];
}

export async function describeImages(input: ImagesInput, call: Call): Promise<object> {
  checkRegistry(input.registryId, call);
  const repository = needRepository(input.repositoryName, call);
  const { accountId: registryId } = call;
  const images = await imagesOf(repository, input, call);
  const wanted = input.imageIds?.map((id) => need(images, id, repository.name, registryId));
  const found = wanted ? images.filter((image) => wanted.includes(image)) : images;
  const page = paginate(found, ({ digest }) => digest, { token: input.nextToken, max: input.maxResults ?? 100 });
  return {
    imageDetails: page.items.map((image) => ({
      registryId,
      repositoryName: repository.name,
      imageDigest: image.digest,
      imageTags: image.tags,
      imageSizeInBytes: image.sizeBytes,
      imagePushedAt: new Date(image.builtAtMs),
    })),
    nextToken: page.next,
  };
}

export async function listImages(input: ListInput, call: Call): Promise<object> {
  checkRegistry(input.registryId, call);
  const images = await imagesOf(needRepository(input.repositoryName, call), input, call);
  const ids = images.flatMap(({ digest, tags }) => tags.map((imageTag) => ({ imageDigest: digest, imageTag })));
  const options = { token: input.nextToken, max: input.maxResults ?? 100 };
  const page = paginate(ids, ({ imageDigest, imageTag }) => `${imageDigest} ${imageTag}`, options);
  return { imageIds: page.items, nextToken: page.next };
}

async function imagesOf({ url }: Repository, { filter }: Pick<ListInput, 'filter'>, call: Call): Promise<Image[]> {
  // Every build has a tag.
  if (filter?.tagStatus === 'UNTAGGED') return [];
  const byDigest = new Map<string, Image>();
  for (const tag of call.images.tags(url)) {
    const { tag: _, ...build } = await call.images.build(url, tag);
    const known = byDigest.get(build.digest);
    byDigest.set(build.digest, { ...build, ...known, tags: [...(known?.tags ?? []), tag] });
  }
  return [...byDigest.values()];
}

/** @throws ApiError ImageNotFoundException */
function need(
  images: readonly Image[],
  { imageTag, imageDigest }: { imageTag?: string | undefined; imageDigest?: string | undefined },
  repository: string,
  registryId: string,
): Image {
  const found = images.find(
    ({ digest, tags }) =>
      (imageDigest === undefined || digest === imageDigest) && (imageTag === undefined || tags.includes(imageTag)),
  );
  if (found && (imageTag !== undefined || imageDigest !== undefined)) return found;
  const id = `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;
  const message = `The image with imageId ${id} does not exist within the repository with name '${repository}' in the registry with id '${registryId}'`;
  throw new ApiError('ImageNotFoundException', message);
}
