/** The parts of a container image's name. Pure. */

export interface ImageReference {
  /** As written. */
  readonly image: string;
  /** Without tag and digest: `123456789012.dkr.ecr.us-east-1.amazonaws.com/interstella-monolith`. */
  readonly repository: string;
  /** Repository without its registry: `interstella-monolith`, `library/nginx`. */
  readonly path: string;
  /** Last segment of the path. */
  readonly name: string;
  /** `latest` where the image has no tag; a digest alone counts as `latest` too, as local builds have no registry's digests. */
  readonly tag: string;
  readonly digest: string | null;
}

/** Grammar: the distribution specification's reference. What breaks it is still split, and then found nowhere. */
export function parseImage(image: string): ImageReference {
  const [named = '', digest = null] = image.trim().split('@', 2);
  const slash = named.lastIndexOf('/');
  // A colon before the last slash belongs to the registry's port.
  const colon = named.indexOf(':', slash + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  const first = repository.split('/', 1)[0] ?? '';
  const hasRegistry = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? repository.slice(first.length + 1) : repository;
  return {
    image,
    repository,
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    tag: colon === -1 ? 'latest' : named.slice(colon + 1),
    digest,
  };
}

/** What a pattern may be written as for this image, the most exact first. */
export function namesOf(reference: ImageReference): readonly string[] {
  const { image, repository, path, name, tag, digest } = reference;
  const bases = [...new Set([repository, path, name])];
  return [image, ...bases.flatMap((base) => [...(digest ? [`${base}@${digest}`] : []), `${base}:${tag}`]), ...bases];
}
