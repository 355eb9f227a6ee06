/** Does a message pass a subscription's filter? Pure. Rules: SNS sns-message-filtering. */
import type { CompiledFilter, FilterNode, Scalar, Test } from './filter-policy.ts';
import type { MessageAttributes } from './types.ts';

/** Values found at a field: none where the field is absent. */
type Lookup = (path: readonly string[]) => readonly Scalar[] | null;

/**
 * @param message the attributes and the body as this subscription would get it
 * @returns whether the message is delivered; a body that is no JSON object never passes a MessageBody filter
 */
export function passesFilter(
  filter: CompiledFilter | null,
  scope: 'MessageAttributes' | 'MessageBody',
  message: { readonly attributes: MessageAttributes; readonly body: string },
): boolean {
  if (filter === null) return true;
  if (scope === 'MessageAttributes') return holds(filter, (path) => attributeValues(message.attributes, path[0] ?? ''));
  const body = parseObject(message.body);
  return body !== null && holds(filter, (path) => bodyValues(body, path));
}

function holds(node: FilterNode, lookup: Lookup): boolean {
  if (node.kind === 'all') return node.children.every((child) => holds(child, lookup));
  if (node.kind === 'any') return node.children.some((child) => holds(child, lookup));
  const values = lookup(node.path);
  return node.tests.some((test) =>
    test.op === 'exists' ? (values !== null) === test.value : (values ?? []).some((value) => matches(test, value)),
  );
}

function matches(test: Test, value: Scalar): boolean {
  switch (test.op) {
    case 'equals':
      return value === test.value;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(test.value);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(test.value);
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === test.value.toLowerCase();
    case 'wildcard':
      return typeof value === 'string' && matchesWildcard(test.value, value);
    case 'cidr':
      return typeof value === 'string' && inCidr(test.value, value);
    case 'numeric':
      return typeof value === 'number' && test.bounds.every(({ sign, value: bound }) => compare(sign, value, bound));
    case 'anything-but':
      return value !== null && !test.tests.some((inner) => matches(inner, value));
    case 'exists':
      return test.value;
  }
}

/** Five digits after the point decide (SNS filter policy constraints). */
function compare(sign: string, left: number, right: number): boolean {
  const difference = Math.round((left - right) * 1e5);
  if (sign === '=') return difference === 0;
  if (sign === '<') return difference < 0;
  if (sign === '<=') return difference <= 0;
  return sign === '>' ? difference > 0 : difference >= 0;
}

/** `*` is zero or more characters. Greedy with one step back, so linear in the value for each star. */
function matchesWildcard(pattern: string, value: string): boolean {
  const parts = pattern.split('*');
  const first = parts.shift() ?? '';
  if (parts.length === 0) return value === first;
  const last = parts.pop() ?? '';
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last)) return false;
  let from = first.length;
  const end = value.length - last.length;
  for (const part of parts) {
    const found = value.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

function inCidr(cidr: string, address: string): boolean {
  const [network = '', bitsText = ''] = cidr.split('/');
  const [left, right] = [addressBits(network), addressBits(address)];
  if (left === null || right === null || left.width !== right.width) return false;
  const shift = BigInt(left.width - Number(bitsText));
  return left.value >> shift === right.value >> shift;
}

/** An IPv4 or IPv6 address as a number, null where it is neither. */
function addressBits(text: string): { readonly width: 32 | 128; readonly value: bigint } | null {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad) {
    const bytes = quad.slice(1).map(Number);
    if (bytes.some((byte) => byte > 255)) return null;
    return { width: 32, value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
  }
  if (!/^[0-9a-fA-F:]{2,39}$/.test(text)) return null;
  const [head = '', tail, extra] = text.split('::');
  if (extra !== undefined) return null;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return { width: 128, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) };
}

/** Binary attributes are ignored; a String.Array matches by any of its elements. */
function attributeValues(attributes: MessageAttributes, name: string): readonly Scalar[] | null {
  const attribute = attributes.get(name);
  if (attribute?.stringValue === undefined) return null;
  const text = attribute.stringValue;
  if (attribute.type.startsWith('Number')) return [Number(text)];
  if (!attribute.type.startsWith('String.Array')) return [text];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isScalar) : [text];
  } catch {
    return [text];
  }
}

/** Values at a path; an array on the way, or at the end, stands for each of its elements. */
function bodyValues(body: unknown, path: readonly string[]): readonly Scalar[] | null {
  let level: unknown[] = [body];
  for (const key of path) {
    level = level
      .flatMap((value) => (Array.isArray(value) ? value : [value]))
      .filter(
        (value): value is Record<string, unknown> =>
          typeof value === 'object' && value !== null && Object.hasOwn(value, key),
      )
      .map((value) => value[key]);
    if (level.length === 0) return null;
  }
  return level.flatMap((value) => (Array.isArray(value) ? value : [value])).filter(isScalar);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
