/** What the images of a repository run as: which tags fit it, and the bundle of each. */
import { statSync } from 'node:fs';
import type { LaunchCommand } from '../contracts.ts';
import { decideImage } from './decide-image.ts';
import { findWorkspaces } from './workspaces.ts';

export interface RepositoryBuild {
  readonly tag: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly builtAtMs: number;
}

export interface RepositoryBuilds {
  /** Tags of the service workspace that the repository's images run as; empty where none fits. Nothing is built. */
  tags(repositoryUrl: string): readonly string[];
  /** @throws CutoverError IMAGE_NOT_FOUND | IMAGE_BUILD_FAILED */
  build(repositoryUrl: string, tag: string): Promise<RepositoryBuild>;
}

export function createRepositoryBuilds(options: {
  readonly projectDir: string;
  /** Builds what is not built yet. */
  readonly resolve: (image: string) => Promise<LaunchCommand>;
}): RepositoryBuilds {
  return {
    tags(repositoryUrl) {
      const { workspaces } = findWorkspaces(options.projectDir);
      const fits = (tag: string): boolean => decideImage(`${repositoryUrl}:${tag}`, {}, workspaces).kind === 'build';
      const tags = new Set(workspaces.flatMap(({ builds }) => [...builds.keys()]));
      return [...tags].filter(fits).sort();
    },
    async build(repositoryUrl, tag) {
      const { digest, args } = await options.resolve(`${repositoryUrl}:${tag}`);
      // An override runs a command instead of a bundle: it has a digest, and no file of its own.
      const file = args.length === 1 ? statSync(args[0] ?? '', { throwIfNoEntry: false }) : undefined;
      return { tag, digest, sizeBytes: file?.size ?? 0, builtAtMs: Math.trunc(file?.mtimeMs ?? 0) };
    },
  };
}
