/** The tag that says what is in an image. Pure. */
import { createHash } from 'node:crypto';

export interface ImageContent {
  /** `sha256:…` of the bundle, the only file that the image adds to its base. */
  readonly bundleDigest: string;
  /** Text of the Dockerfile. */
  readonly dockerfile: string;
  /** The base, where another one than the Dockerfile's is used. */
  readonly base: string | null;
  /** `os/architecture`. */
  readonly platform: string;
}

const HEX_DIGITS = 12;

/**
 * `sha-` and 12 hex digits over everything that the image is made of: equal inputs give equal tags on any machine. A base
 * counts by its name; name it by digest (`node@sha256:…`) where a moved tag must count too.
 */
export function contentTag({ bundleDigest, dockerfile, base, platform }: ImageContent): string {
  const text = JSON.stringify([bundleDigest, dockerfile.replaceAll('\r\n', '\n'), base, platform]);
  return `sha-${createHash('sha256').update(text).digest('hex').slice(0, HEX_DIGITS)}`;
}
