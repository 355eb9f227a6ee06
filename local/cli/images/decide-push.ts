/** Which tags are pushed, and whether a failed push is tried again. Pure. */
import type { Problem } from '../../errors.ts';

export interface PushRequest {
  readonly repository: string;
  readonly contentTag: string;
  readonly namedTags: readonly string[];
  /** Tags that the repository holds already, with their digests. */
  readonly held: ReadonlyMap<string, string>;
  /** Tags never move. */
  readonly immutable: boolean;
}

export interface PushDecision {
  /** In this order: a name moves only when what it names is there. */
  readonly push: readonly string[];
  readonly unchanged: readonly string[];
  readonly problems: readonly Problem[];
}

/** Where tags may move, all are pushed: the registry itself skips layers it has. */
export function decidePush({ repository, contentTag, namedTags, held, immutable }: PushRequest): PushDecision {
  const tags = [contentTag, ...namedTags];
  if (!immutable) return { push: tags, unchanged: [], problems: [] };
  const content = held.get(contentTag);
  const unchanged = tags.filter((tag) => held.has(tag) && held.get(tag) === content);
  const taken = tags.filter((tag) => held.has(tag) && held.get(tag) !== content);
  const problems = taken.map(
    (tag): Problem => ({
      code: 'PUSH_FAILED',
      address: `${repository}:${tag}`,
      message: `the tag names another image already (${held.get(tag)}), and the repository’s tags are immutable`,
      value: tag,
      rule: 'a tag of an IMMUTABLE repository is pushed once (docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html)',
      fix: `deploy ${contentTag} instead, or give the build a new name in cutover.image.builds`,
    }),
  );
  return { push: tags.filter((tag) => !held.has(tag)), unchanged, problems };
}

export const MAX_ATTEMPTS = 4;
const FIRST_WAIT_MS = 1_000;

/** What no second attempt changes: rights, names, immutable tags, a full disk, a missing image. */
const PERMANENT =
  /\b(denied|unauthorized|forbidden|no basic auth|immutable|name unknown|repository .*not exist|no such image|image not known|no space left|certificate)\b/i;

/** ECR's words where a token has run out while images were made. */
const EXPIRED = /\btoken has expired\b|\bexpired token\b|\bExpiredToken/i;

/** Whether a new token may help. */
export const isExpired = (output: string): boolean => EXPIRED.test(output);

/** @param attempt the one that failed, from 1 @returns the wait before the next one, or null where there is none */
export function retryWaitMs(attempt: number, output: string): number | null {
  if (attempt >= MAX_ATTEMPTS || (PERMANENT.test(output) && !isExpired(output))) return null;
  return FIRST_WAIT_MS * 2 ** (attempt - 1);
}
