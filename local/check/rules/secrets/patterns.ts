/** What looks like a secret, by name and by value. Neither is ever repeated in a finding. Pure. */

export type Suspicion = 'value' | 'name' | 'key';

const VALUES: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an AWS access key id', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/:@${]+@/i],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./],
];

/** @returns what the value looks like; null where it looks like nothing */
export const secretValue = (value: string): string | null =>
  VALUES.find(([, pattern]) => pattern.test(value))?.[0] ?? null;

const PASSWORDS = /(PASSWORD|PASSWD|PASSPHRASE)$/;

const SECRET_NAMES =
  /(SECRET|(^|_)(TOKEN|CREDENTIALS?)|(^|_)(API|ACCESS|SECRET|PRIVATE|AUTH|SIGNING|ENCRYPTION|MASTER)_?KEY(_BASE)?)$/;

const KEY_NAMES = /(^|_)KEY$/;

/** Keys of data, and of what everybody may see. */
const OTHER_KEYS =
  /(^|_)(PARTITION|SORT|HASH|RANGE|PRIMARY|FOREIGN|PUBLIC|ROUTING|CACHE|S3|OBJECT|BUCKET|INDEX|GROUP|SSM|PARAMETER|CONFIG|PREFIX)_KEY$/;

/** Where the secret is, rather than the secret. */
const REFERENCES = /^(arn:|https?:\/\/[^@]*$|\/[\w./-]*$|\$\{|$)/;

/** Switches and counts. */
const PLAIN = /^(true|false|\d{1,6})$/i;

/** How a name and a value make a secret likely: the name says so, or only that it is some key; null where neither does. */
export function secretName(name: string, value: string): 'name' | 'key' | null {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
  if (REFERENCES.test(value)) return null;
  if (PASSWORDS.test(words) && !/^(true|false)$/i.test(value)) return 'name';
  if (PLAIN.test(value) || OTHER_KEYS.test(words)) return null;
  if (SECRET_NAMES.test(words)) return 'name';
  return KEY_NAMES.test(words) ? 'key' : null;
}
