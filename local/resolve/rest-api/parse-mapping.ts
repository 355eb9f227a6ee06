/** Mapping expressions, as of `request_parameters` (API Gateway rest-api-parameter-mapping-sources). Pure. */
import type { RestValue } from '../../topology-rest-api.ts';

/** What an expression may read: a request to map, a response to map, or a gateway response's request. */
export type MappingSide = 'request' | 'response' | 'gateway';

export const MAPPING_RULE: Readonly<Record<MappingSide, string>> = {
  request:
    "'text', context.NAME, stageVariables.NAME, method.request.path|querystring|header|multivaluequerystring|multivalueheader.NAME, method.request.body or method.request.body.NAME.NAME (API Gateway rest-api-parameter-mapping-sources)",
  response:
    "'text', context.NAME, stageVariables.NAME, integration.response.header.NAME, integration.response.body or integration.response.body.NAME.NAME (API Gateway rest-api-parameter-mapping-sources)",
  gateway:
    "'text', context.NAME, stageVariables.NAME, method.request.path|querystring|header.NAME (API Gateway PutGatewayResponse)",
};

const PREFIX: Readonly<Record<MappingSide, string>> = {
  request: 'method.request.',
  response: 'integration.response.',
  gateway: 'method.request.',
};

/** @returns null where it is none of the forms above */
export function parseMapping(expression: string, side: MappingSide): RestValue | null {
  const quoted = /^'(.*)'$/s.exec(expression);
  if (quoted) return { from: 'text', text: quoted[1] ?? '' };
  const named = /^(context|stageVariables)\.([\w.-]+)$/.exec(expression);
  if (named) return { from: named[1] === 'context' ? 'context' : 'stage-variable', name: named[2] ?? '' };
  const prefix = PREFIX[side];
  if (!expression.startsWith(prefix)) return null;
  const rest = expression.slice(prefix.length);
  if (side !== 'gateway' && (rest === 'body' || rest.startsWith('body.'))) return bodyPath(rest.slice(5));
  const [, place, name] = /^(\w+)\.([\w.!#$%&'*+^`|~-]+)$/.exec(rest) ?? [];
  return place && name ? placed(place, name, side) : null;
}

function placed(place: string, name: string, side: MappingSide): RestValue | null {
  if (side === 'response')
    return place === 'header' || place === 'multivalueheader' ? { from: 'response-header', name } : null;
  if (place === 'path' || place === 'querystring' || place === 'header') return { from: place, name };
  if (side === 'gateway') return null;
  if (place === 'multivaluequerystring') return { from: 'multi-querystring', name };
  return place === 'multivalueheader' ? { from: 'multi-header', name } : null;
}

/** Names with dots between them; anything more of JSONPath is not read here. */
function bodyPath(path: string): RestValue | null {
  if (path === '') return { from: 'body', path: [], as: 'text' };
  return /^[\w-]+(\.[\w-]+)*$/.test(path) ? { from: 'body', path: path.split('.'), as: 'text' } : null;
}
