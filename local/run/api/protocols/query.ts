/** The Query protocol: dotted form parameters in, XML out. */
import { ApiError } from '../../contracts.ts';
import { faultOf, type Protocol } from './protocol.ts';
import { toXml } from './xml.ts';

const MAX_PARAMETERS = 10_000;
const MAX_DEPTH = 12;

export const queryProtocol: Protocol = {
  output(value, { service, operation, requestId }) {
    const result = value === undefined || value === null ? '' : toXml(`${operation}Result`, value);
    const namespace = service?.xmlNamespace ? ` xmlns="${service.xmlNamespace}"` : '';
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<${operation}Response${namespace}>${result}${metadata}</${operation}Response>`,
    };
  },
  error(error, { service, requestId }) {
    const namespace = service?.xmlNamespace ? ` xmlns="${service.xmlNamespace}"` : '';
    const body = toXml('Error', { Type: faultOf(error), Code: error.code, Message: error.message });
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<ErrorResponse${namespace}>${body}<RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};

type Node = Map<string, Node> | string;

/**
 * `A.B=1&L.member.1=x&M.entry.1.key=k&M.entry.1.value=v` → `{A: {B: '1'}, L: ['x'], M: {k: 'v'}}`.
 * @throws ApiError MalformedQueryString
 */
export function parseQuery(parameters: URLSearchParams): Record<string, unknown> {
  const root = new Map<string, Node>();
  let count = 0;
  for (const [path, value] of parameters) {
    count += 1;
    if (count > MAX_PARAMETERS) throw malformed(`over ${MAX_PARAMETERS} parameters`);
    insert(root, path, value);
  }
  return asObject(root);
}

function insert(root: Map<string, Node>, path: string, value: string): void {
  const keys = path.split('.');
  if (keys.length > MAX_DEPTH) throw malformed(`${path.slice(0, 100)} nests over ${MAX_DEPTH} levels`);
  const last = keys.pop() ?? '';
  let node = root;
  for (const key of keys) {
    const next = node.get(key) ?? new Map<string, Node>();
    if (typeof next === 'string') throw malformed(`${path.slice(0, 100)} is both a value and a structure`);
    node.set(key, next);
    node = next;
  }
  if (node.get(last) instanceof Map) throw malformed(`${path.slice(0, 100)} is both a value and a structure`);
  node.set(last, value);
}

function convert(node: Node): unknown {
  if (typeof node === 'string') return node;
  const [only] = node.size === 1 ? [...node] : [];
  if (only?.[1] instanceof Map) {
    const items = indexed(only[1]);
    if (items && only[0] === 'member') return items.map(convert);
    if (items && only[0] === 'entry') return asMap(items);
  }
  return indexed(node)?.map(convert) ?? asObject(node);
}

/** The members in the order of their numbers; null where the keys are not numbers. */
function indexed(node: Map<string, Node>): Node[] | null {
  const keys = [...node.keys()];
  if (keys.length === 0 || !keys.every((key) => /^\d{1,6}$/.test(key))) return null;
  return keys.sort((a, b) => Number(a) - Number(b)).map((key) => node.get(key) as Node);
}

function asMap(items: readonly Node[]): Record<string, unknown> {
  const entries = items.map((item): [string, unknown] => {
    const member = item instanceof Map ? item : new Map<string, Node>();
    const key = member.get('key') ?? member.get('Name');
    const value = member.get('value') ?? member.get('Value');
    if (typeof key !== 'string' || value === undefined) throw malformed('a map entry needs a key and a value');
    return [key, convert(value)];
  });
  return Object.fromEntries(entries.filter(([key]) => key !== '__proto__'));
}

function asObject(node: Map<string, Node>): Record<string, unknown> {
  const entries = [...node].filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, member]) => [key, convert(member)]));
}

function malformed(detail: string): ApiError {
  return new ApiError('MalformedQueryString', `The query string is malformed: ${detail}.`);
}
