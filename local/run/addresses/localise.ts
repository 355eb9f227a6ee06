/** Finds load balancer DNS names in a text and puts their endpoints there. Pure. */
import type { Endpoint } from '../contracts.ts';

/** Where a DNS name's port is to be found now. */
export type EndpointOf = (dnsName: string, port: number) => Endpoint;

/** A user, perhaps with a password; longer ones are not looked for. */
const USER = String.raw`[^\s/?#@"'<>]{0,255}@`;
/** The same in a text, where a name and a mail address may be parted by a comma only. */
const USER_IN_LIST = String.raw`[^\s/?#@"'<>,;]{0,255}@`;
/** No longer name, no further label or digit, and not the beginning of a user, which no host is. */
export const NAME_ENDS = String.raw`(?![a-z0-9_-]|\.[a-z0-9]|:\d|${USER_IN_LIST})`;
/** Nothing that could belong to a longer name, or to a mail address. */
export const NAME_BEGINS = '(?<![a-z0-9._@-])';

/** One of the names, the longest first, as part of a pattern. */
export function anyOf(names: readonly string[]): string {
  const byLength = [...names].sort((a, b) => b.length - a.length);
  return `(${byLength.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`;
}

/**
 * @param dnsNames in any case
 * @returns a function that replaces each name, with its `:port` if any; without one the scheme's port counts, 443 for
 *   `https`, else 80. A port that the scheme implies is left out. Look-alikes (`x-<name>`, `<name>.example.com`) stay.
 */
export function createLocaliser(dnsNames: readonly string[], endpointOf: EndpointOf): (text: string) => string {
  if (dnsNames.length === 0) return (text) => text;
  const known = new Map(dnsNames.map((name) => [name.toLowerCase(), name]));
  const name = `${anyOf(dnsNames)}(?::(\\d{1,5})(?!\\d))?${NAME_ENDS}`;
  const inUrl = `\\b(https?|wss?)://((?:${USER})?)(?!${USER})`;
  // The user of a URL whose host is another is taken as a whole, so that no name in it is one by itself.
  const userOfOther = String.raw`\b(?:https?|wss?)://${USER}`;
  const pattern = new RegExp(`(?:${inUrl}|${NAME_BEGINS})${name}|${userOfOther}`, 'gi');
  return (text) =>
    text.replace(
      pattern,
      (whole, scheme: string | undefined, user: string | undefined, name: string | undefined, port?: string) => {
        if (name === undefined) return whole;
        const implied = scheme && /s$/i.test(scheme) ? 443 : 80;
        const wished = port === undefined ? implied : Number(port);
        if (wished < 1 || wished > 65_535) return whole;
        const endpoint = endpointOf(known.get(name.toLowerCase()) ?? name, wished);
        const before = scheme === undefined ? '' : `${scheme}://${user ?? ''}`;
        return `${before}${endpoint.host}${endpoint.port === implied ? '' : `:${endpoint.port}`}`;
      },
    );
}
