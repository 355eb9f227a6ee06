import type { Repository, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';

export const imageTag: Rule = {
  id: 'image-tag-moves',
  severity: 'advice',
  text: 'what latest means changes: two tasks of one revision may run different code, and going back to a revision does not bring its code back. In a repository of immutable tags it can be pushed once',
  page: 'ECR image-tag-mutability, ECS deployment-type-ecs: container image resolution',
  fix: 'give each build a tag of its own, or name the digest',
  find: ({ topology: t }) =>
    t.taskDefinitions.flatMap((d) =>
      d.containers.flatMap((c): Found[] => {
        const { tag, repository } = partsOf(c.image);
        if (tag !== 'latest') return [];
        const isImmutable = repositoryOf(repository, t)?.attributes['image_tag_mutability'] === 'IMMUTABLE';
        return [
          {
            address: `${containerAt(d, c)}.image`,
            message: isImmutable
              ? `${c.name} runs latest of a repository whose tags never change: the second build cannot be pushed`
              : `${c.name} runs whatever latest is when a task starts`,
            value: c.image,
            severity: isImmutable ? 'error' : 'advice',
          },
        ];
      }),
    ),
};

/** `registry:port/name:tag@digest`; no tag is latest, a digest is itself. */
function partsOf(image: string): { repository: string; tag: string } {
  const [name = '', digest] = image.split('@', 2);
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  return { repository, tag: digest ?? (colon === -1 ? 'latest' : name.slice(colon + 1)) };
}

const repositoryOf = (url: string, t: Topology): Repository | undefined => t.repositories.find((r) => r.url === url);
