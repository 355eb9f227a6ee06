/** Image references: `[registry[:port]/]repository[:tag][@digest]`. Pure. */

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export const isTag = (text: string): boolean => TAG.test(text);

/** The same repository under another tag; a digest gives way to it. */
export function withTag(image: string, tag: string): string {
  return `${split(image).repository}:${tag}`;
}

/** `latest` where none is given, as everywhere. */
export const tagOf = (image: string): string => split(image).tag;

function split(image: string): { readonly repository: string; readonly tag: string } {
  const [plain = '', digest] = image.split('@');
  // A colon before the last slash belongs to the registry's port.
  const colon = plain.indexOf(':', plain.lastIndexOf('/') + 1);
  if (colon === -1) return { repository: plain, tag: digest ?? 'latest' };
  return { repository: plain.slice(0, colon), tag: plain.slice(colon + 1) };
}

/** Account, region and repository of an image in ECR; null for any other. */
export function ecrOf(image: string): { account: string; region: string; repository: string } | null {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(.+)$/.exec(split(image).repository);
  return match ? { account: match[1] ?? '', region: match[2] ?? '', repository: match[3] ?? '' } : null;
}
