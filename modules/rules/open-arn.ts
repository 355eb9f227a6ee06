/** ARNs that name nothing: whatever they say before it, the resource in them is a wildcard. */

/** Services in whose ARNs the first part is the resource's own name, and not a kind of resource. */
const NAME_COMES_FIRST: ReadonlySet<string> = new Set(['execute-api', 's3', 'sns', 'sqs']);

/** True for `*`, `arn:aws:s3:::*`, `arn:aws:dynamodb:us-east-1:1:table/*`; false for what a name or a reference narrows. */
export function isOpenArn(text: string): boolean {
  if (isWild(text)) return true;
  // A reference is one name, whatever stands in it.
  const [prefix, , service = '', , , ...rest] = text.replaceAll(/\$\{[^}]*\}/g, 'reference').split(':');
  if (prefix !== 'arn' || rest.length === 0) return false;
  const [first = '', ...others] = rest.join(':').split(/[/:]/);
  if (isWild(first)) return true;
  if (NAME_COMES_FIRST.has(service)) return false;
  return others.length > 0 && others.every(isWild);
}

function isWild(text: string): boolean {
  return /^[*?]+$/.test(text);
}
