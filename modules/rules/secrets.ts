/** What looks like a secret, by its name or by its text. */
const NAMES = /(^|[_-])(api_?key|key|secret|password|passwd|token|credentials?|private_?key)s?$/i;
const TEXTS = [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, /\b(AKIA|ASIA)[A-Z0-9]{16}\b/, /\bgh[pousr]_\w{36}/];

/** @param name of a setting in capitals, camel case or with hyphens */
export function isSecret(name: string, value: unknown): boolean {
  if (typeof value === 'string' && TEXTS.some((text) => text.test(value))) return true;
  // A reference counts too: Terraform puts what it refers to into the setting.
  return NAMES.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')) && value !== '';
}
