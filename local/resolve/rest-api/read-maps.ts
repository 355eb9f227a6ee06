/** The maps of a REST API's resources: parameters to mapping expressions, content types to templates. */
import { isObject } from '../../read/json.ts';
import type { RestTemplate, RestValue } from '../../topology-rest-api.ts';
import type { Report } from '../report.ts';
import { MAPPING_RULE, type MappingSide, parseMapping } from './parse-mapping.ts';
import { parseTemplate, TEMPLATE_RULE } from './parse-template.ts';

interface MapContext {
  readonly report: Report;
  /** Attribute that holds the map. */
  readonly attribute: string;
}

/**
 * Parameters by what is left of their name after a prefix.
 * @param keys what each name must look like: its first group is the key, in what follows
 */
export function readParameters(
  given: Readonly<Record<string, string>>,
  keys: { readonly pattern: RegExp; readonly rule: string },
  side: MappingSide,
  { report, attribute }: MapContext,
): Readonly<Record<string, RestValue>> {
  const read = Object.entries(given).flatMap(([name, expression]): (readonly [string, RestValue])[] => {
    const at = `${attribute}[${JSON.stringify(name)}]`;
    const key = keys.pattern.exec(name)?.[1];
    if (key === undefined) {
      report.bad(at, name, 'the name leads nowhere', keys.rule);
      return [];
    }
    const value = parseMapping(expression, side);
    if (!value) {
      report.problem('UNSUPPORTED_ATTRIBUTE', at, {
        message: 'the mapping expression is not read here',
        value: expression,
        rule: MAPPING_RULE[side],
        fix: 'write it as one of these, with single quotes around text',
      });
      return [];
    }
    return [[key, value]];
  });
  return Object.fromEntries(read);
}

export function readTemplates(
  given: Readonly<Record<string, string>>,
  { report, attribute }: MapContext,
): Readonly<Record<string, RestTemplate>> {
  const read = Object.entries(given).map(([type, text]) => {
    const { template, unread } = parseTemplate(text);
    if (unread !== null)
      report.problem('UNSUPPORTED_ATTRIBUTE', `${attribute}[${JSON.stringify(type)}]`, {
        message: 'the mapping template has more than references in it',
        value: unread,
        rule: TEMPLATE_RULE,
        fix: 'leave it to the service behind, or write it with references only',
      });
    return [type.toLowerCase(), template] as const;
  });
  return Object.fromEntries(read);
}

/** `request_parameters` of a method, `response_parameters` of a method response: names to booleans. */
export function readFlags(given: unknown, { report, attribute }: MapContext): Readonly<Record<string, boolean>> {
  if (given === null || given === undefined) return {};
  if (!isObject(given)) {
    report.bad(attribute, given, 'it is not an object', 'names with true or false each');
    return {};
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === true || value === 'true']));
}

/** `/orders/{id}` and `GET` of `orders/{id}/GET`; `~1` is a slash (API Gateway UpdateStage). */
export function methodPathOf(text: string): { readonly path: string; readonly httpMethod: string } {
  const plain = text.replaceAll('~1', '/').replace(/^\/+/, '');
  const at = plain.lastIndexOf('/');
  const path = plain.slice(0, Math.max(0, at));
  return { path: path === '*' ? '*' : `/${path.replace(/\/+$/, '')}`, httpMethod: plain.slice(at + 1) };
}
