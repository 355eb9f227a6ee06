/** ARNs that name nothing: whatever they say before it, the resource in them is a wildcard. */

/** Services in whose ARNs the first part is the resource's own name, and not a kind of resource. */
const NAME_COMES_FIRST: ReadonlySet<string> = new Set(['codecommit', 'execute-api', 's3', 'sns', 'sqs']);

/** Kinds of parts of a resource, which stand behind its name. */
const PARTS: ReadonlySet<string> = new Set(['backup', 'export', 'index', 'log-stream', 'object', 'stream', 'version']);

/** `arn:partition:service:region:account:` and what follows. */
const PARTS_OF_ARN = 6;

/** True for `*`, `arn:aws:s3:::*`, `arn:aws:dynamodb:us-east-1:1:table/*`; false for what a name or a reference narrows. */
export function isOpenArn(written: string): boolean {
  // A reference is one name, whatever stands in it, unless that is a wildcard in quotes.
  const text = written.replaceAll(/\$\{[^}]*\}/g, (reference) =>
    /"[^"]*[*?][^"]*"/.test(reference) ? '*' : 'reference',
  );
  if (isWild(text)) return true;
  // What begins with a reference has its ARN from there.
  if (text.startsWith('reference')) return false;
  const parts = text.split(':');
  // `arn:aws:*`: the wildcard takes the colons that are missing, too.
  if (parts.length < PARTS_OF_ARN) return text.includes('*');
  const [prefix = '', , service = '', , , ...rest] = parts;
  if (prefix !== 'arn' && !hasWildcard(prefix)) return false;
  const [first = '', ...others] = rest.join(':').split(/[/:]/);
  if (isWild(first)) return true;
  if (NAME_COMES_FIRST.has(service)) return false;
  // `ta*` is every table, `r*` every role.
  if (hasWildcard(first)) return true;
  return others.some(isWild) && others.every((part) => isWild(part) || PARTS.has(part));
}

function isWild(text: string): boolean {
  return /^[*?]+$/.test(text);
}

function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}
