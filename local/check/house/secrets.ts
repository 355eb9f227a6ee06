/** What looks like a secret is the same for the house rules and for those of check: one vocabulary. */
export { secretName, secretText } from '../../../modules/rules/secrets.ts';
