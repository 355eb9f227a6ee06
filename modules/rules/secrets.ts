/** What looks like a secret, by its text and by its name. Neither is ever repeated in a finding. Pure. */

/** `key`: the name says only that it is some key, of which not every one is a secret. */
export type Likelihood = 'name' | 'key';

const TEXTS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an AWS access key id', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/],
  ['a password in a URL', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@,"'<>]+@/i],
  [
    'a password in a connection string',
    /(?:^|[?&;,\s])(?:password|passwd|pwd)\s*=\s*(?![\s;&$*<{]|(?:true|false)\b)\S/i,
  ],
  ['a password in a connection string', /^[\w.-]+:[^\s@/:]+@(?:tcp|unix)\(/],
  ['a shared key', /\b(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{40,}/],
  ['a value for the header Authorization', /^(?:Basic [A-Za-z0-9+/]{8,}={0,2}|Bearer [\w.~+/-]{16,}=*)$/i],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/],
  ['a GitLab token', /\bglpat-[\w-]{20,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Docker Hub token', /\bdckr_pat_[\w-]{20,}/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ['a webhook that needs no other key', /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/\w+\/\w+\/\w+/],
  ['a Stripe key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/],
  ['a Google API key', /\bAIza[\w-]{35}(?![\w-])/],
  ['a SendGrid key', /\bSG\.[\w-]{16,}\.[\w-]{16,}/],
  ['an API key', /\bsk-(?:(?:proj|svcacct|ant-api\d+)-[\w-]{20,}|[A-Za-z0-9]{32,})/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./],
];

/** Long enough to hide one of them. */
const BASE64 = /^[A-Za-z0-9+/\s]{24,}={0,2}\s*$/;

/** What drew a secret, or keeps one, named in a text that Terraform puts together. */
const DRAWN =
  /\$\{[^}]*(?:random_password\.[\w-]+(?:\[[^\]]*\])?\.(?:result|bcrypt_hash)|aws_secretsmanager_secret_version\.[\w-]+(?:\[[^\]]*\])?\.secret_(?:string|binary)|aws_secretsmanager_random_password\.[\w-]+\.random_password|tls_private_key\.[\w-]+(?:\[[^\]]*\])?\.private_key_\w+|aws_iam_access_key\.[\w-]+(?:\[[^\]]*\])?\.(?:secret|ses_smtp_password\w*))\b/;

const PASSWORDS = /(PASSWORDS?|PASSWDS?|PASSPHRASES?|(^|_)(PASS|PWD|PW))$/;

const SECRET_NAMES =
  /(SECRETS?|(^|_)(TOKENS?|CREDENTIALS?|APIKEYS?)|(^|_)(API|ACCESS|SECRET|PRIVATE|AUTH|SIGNING|ENCRYPTION|MASTER)_?KEYS?(_BASE)?)$/;

const KEY_NAMES = /(^|_)(KEYS?|SALT|PEPPER)$/;

/** Which of several it is, or how it is written. */
const SUFFIXES = /_(V?\d+|OLD|NEW|CURRENT|PREVIOUS|PRIMARY|SECONDARY|VALUE|PEM|B64|BASE64|JSON)$/;

/** Keys of data, and of what everybody may see. */
const OTHER_KEYS =
  /(^|_)(PARTITION|SORT|HASH|RANGE|PRIMARY|FOREIGN|PUBLIC|ROUTING|CACHE|S3|OBJECT|BUCKET|INDEX|GROUP|SSM|PARAMETER|CONFIG|PREFIX|KMS)_?KEYS?$/;

/** Where the secret is, rather than the secret. */
const ELSEWHERE = /^(?:arn:|alias\/|https?:\/\/[^@]*$|\/[\w./-]*$|$)/;

/** The same as Terraform's reference to it. */
const REFERENCE_ELSEWHERE = /^\$\{[^{}]*\.(?:arn|name|key_id|key_arn|url|endpoint|version_id)\}$/;

/** Switches and counts. */
const PLAIN = /^(?:true|false|\d{1,6})$/i;

/** @returns what the text looks like, also below base64; null where it looks like nothing */
export function secretText(value: string): string | null {
  const texts = [value, ...(BASE64.test(value) ? [Buffer.from(value, 'base64').toString('latin1')] : [])];
  const found = TEXTS.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0];
  return found ?? (DRAWN.test(value) ? 'a secret that is drawn or kept elsewhere' : null);
}

/**
 * How a name and a value make a secret likely; null where neither does.
 * @param name of a setting in capitals, camel case, with hyphens or dots
 * @param value a reference counts too: Terraform puts what it refers to into the setting
 */
export function secretName(name: string, value: string): Likelihood | null {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
    .replace(SUFFIXES, '');
  if (ELSEWHERE.test(value) || REFERENCE_ELSEWHERE.test(value)) return null;
  if (PASSWORDS.test(words) && !/^(?:true|false)$/i.test(value)) return 'name';
  if (PLAIN.test(value) || OTHER_KEYS.test(words)) return null;
  if (SECRET_NAMES.test(words)) return 'name';
  return KEY_NAMES.test(words) ? 'key' : null;
}

/** @param name of a setting, see {@link secretName} */
export function isSecret(name: string, value: unknown): boolean {
  return isSecretText(value) || secretName(name, String(value ?? '')) !== null;
}

/** Keys, tokens and passwords of a form that is known. */
export function isSecretText(value: unknown): boolean {
  return typeof value === 'string' && secretText(value) !== null;
}
