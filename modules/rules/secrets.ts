/** What looks like a secret, by its name or by its text. */
const NAMES =
  /(^|[_-])(api_?key|key|secret|passwords?|passwd|passphrase|pwd|token|credentials?|private_?key)s?$|pass(word|wd|phrase)$/i;

/** Keys of data, and of what everybody may see. */
const OTHER_KEYS = /(^|[_-])(partition|sort|hash|range|primary|foreign|public|routing|cache|index|object)_?key$/i;

const TEXTS = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_\w{36}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b[rs]k_live_[A-Za-z0-9]{16,}/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/:@${]+@/i,
];

/** @param name of a setting in capitals, camel case or with hyphens */
export function isSecret(name: string, value: unknown): boolean {
  if (isSecretText(value)) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  // A reference counts too: Terraform puts what it refers to into the setting.
  return NAMES.test(words) && !OTHER_KEYS.test(words) && value !== '';
}

/** Keys, tokens and passwords of a form that is known. */
export function isSecretText(value: unknown): boolean {
  return typeof value === 'string' && TEXTS.some((text) => text.test(value));
}
