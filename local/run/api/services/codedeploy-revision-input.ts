/** Revisions as the CodeDeploy API takes them. Here an AppSpec is in the request itself; no bucket holds one. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { text } from '../schema.ts';

const raw = z.object({ content: text.optional(), sha256: text.optional() });

export const revision = z.object({
  revisionType: text.optional(),
  appSpecContent: raw.optional(),
  string: raw.optional(),
  s3Location: z.unknown().optional(),
  gitHubLocation: z.unknown().optional(),
});

export interface GivenAppSpec {
  readonly content: string;
  /** As it was given. */
  readonly sha256: string | undefined;
}

/** @throws ApiError RevisionRequiredException | InvalidRevisionException; S3 and GitHub are refused by name */
export function appSpecOf(given: z.output<typeof revision> | undefined): GivenAppSpec {
  if (!given) throw new ApiError('RevisionRequiredException', 'Revision is missing');
  const type = given.revisionType ?? (given.appSpecContent ? 'AppSpecContent' : given.string ? 'String' : undefined);
  if (type === 'S3' || type === 'GitHub' || given.s3Location !== undefined || given.gitHubLocation !== undefined)
    throw new ApiError(
      'InvalidRevisionException',
      `A revision of type ${type ?? 'S3'} cannot be fetched here: send the AppSpec itself, with revisionType AppSpecContent`,
    );
  if (type !== 'AppSpecContent' && type !== 'String')
    throw new ApiError('InvalidRevisionException', `The revision type ${type ?? '(none)'} is invalid`);
  const { content, sha256 } = (type === 'String' ? given.string : given.appSpecContent) ?? {};
  if (!content) throw new ApiError('InvalidRevisionException', `The revision of type ${type} has no content`);
  return { content, sha256 };
}

export const sha256Of = (content: string): string => createHash('sha256').update(content).digest('hex');
