/** Finds the hosts of REST APIs in a text and puts their endpoints there, by HTTP: nothing here speaks TLS. Pure. */
import type { Endpoint } from '../contracts.ts';
import { anyOf, NAME_BEGINS, NAME_ENDS } from './localise.ts';

const HTTP_PORT = 80;

/**
 * @param hosts `<id>.execute-api.<region>.amazonaws.com` → where the API is
 * @returns a function that replaces `https://<host>` by `http://<endpoint>`, and the bare host by the endpoint; a port
 *   that was written counts for nothing, since an API has one. Look-alikes stay.
 */
export function createApiLocaliser(hosts: ReadonlyMap<string, () => Endpoint>): (text: string) => string {
  if (hosts.size === 0) return (text) => text;
  const known = new Map([...hosts].map(([name, endpoint]) => [name.toLowerCase(), endpoint]));
  const pattern = new RegExp(
    `(?:\\bhttps?://|${NAME_BEGINS})${anyOf([...hosts.keys()])}(?::\\d{1,5}(?!\\d))?${NAME_ENDS}`,
    'gi',
  );
  return (text) =>
    text.replace(pattern, (whole, name: string) => {
      const endpoint = known.get(name.toLowerCase())?.();
      if (!endpoint) return whole;
      const { host, port } = endpoint;
      return `${/^http/i.test(whole) ? 'http://' : ''}${host}${port === HTTP_PORT ? '' : `:${port}`}`;
    });
}
