/** Plain values as the XML of the Query protocol: lists as `member`, maps (a Map) as `entry/key/value`, Dates as ISO 8601. */

/** @param name an element name of ours; values are escaped. @param member name of each element of a list */
export function toXml(name: string, value: unknown, member = 'member'): string {
  if (value === undefined || value === null) return '';
  return `<${name}>${contentOf(value, member)}</${name}>`;
}

function contentOf(value: unknown, member: string): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => toXml(member, item, member)).join('');
  if (value instanceof Map) {
    const entries = [...value].map(
      ([key, item]) => `<entry>${toXml('key', key, member)}${toXml('value', item, member)}</entry>`,
    );
    return entries.join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, item]) => toXml(key, item, member))
      .join('');
  }
  return escapeXml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Escapes, and replaces what XML 1.0 cannot hold. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character)
  );
}
