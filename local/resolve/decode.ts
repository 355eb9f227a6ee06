/** Evaluated JSON + an attribute table → typed values. Every problem is reported; what is wrong reads as its default. */
import { isObject, type Json, own } from '../read/json.ts';
import type { Field, Fields, Values } from '../read/schema.ts';
import { nearest } from './nearest.ts';
import type { Report } from './report.ts';

/** Stands for a value that is not known because of an error that has been reported. */
export const FAILED: unique symbol = Symbol('failed');

/** @param path attribute path below the resource, '' for the resource itself */
export function decode<F extends Fields>(fields: F, json: Json, report: Report, path = ''): Values<F> {
  const at = (name: string): string => (path ? `${path}.${name}` : name);
  for (const name of Object.keys(json))
    if (!Object.hasOwn(fields, name) && !leavesOut(report, at(name), json[name]))
      refuseUnknown(name, json[name], fields, report, at(name));
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    decodeField(field, leavesOut(report, at(name), own(json, name)) ? null : own(json, name), report, at(name)),
  ]);
  return Object.fromEntries(entries) as Values<F>;
}

/** An attribute that was accepted without local effect reads as if it were not there. */
function leavesOut(report: Report, path: string, value: unknown): boolean {
  if (value === undefined || value === null || !report.isLeftOut(path)) return false;
  report.note('allowed', `${report.address}.${path}`, 'it was left out with --allow and has no local effect');
  return true;
}

/** What leaves one attribute out, everywhere. */
const allowing = (report: Report, path: string): string => `--allow ${report.type}.${path.replace(/\[[^\]]*\]/g, '')}`;

function refuseUnknown(name: string, value: unknown, fields: Fields, report: Report, path: string): void {
  if (value === null || value === undefined) return;
  const close = nearest(name, Object.keys(fields));
  report.problem('UNSUPPORTED_ATTRIBUTE', path, {
    message: `${report.type} has no ${path.replace(/\[\d+\]/g, '')} here`,
    value,
    rule: 'an attribute acts, is listed as having no local effect, or is refused',
    fix: `${close ? `did you mean ${close}? Or ` : ''}leave it out of what is run locally: ${allowing(report, path)}`,
  });
}

function decodeField(field: Field, value: unknown, report: Report, path: string): unknown {
  // Others may read the resource too: what stands for the value is of its type.
  if (value === FAILED)
    return field.kind === 'block' ? null : field.kind === 'blocks' ? [] : emptyOf(field, report, path);
  if (value === undefined || value === null) {
    if (field.required) report.missing(path, field.rule ?? undefined);
    return emptyOf(field, report, path);
  }
  if (field.words?.length === 0) return isOff(value) ? null : refuse(field, value, report, path);
  if (field.noEffect) {
    if (!isOff(value)) report.note('no-local-effect', `${report.type}.${path.replace(/\[\d+\]/g, '')}`, field.noEffect);
    return value;
  }
  if (field.approximated)
    report.note('approximated', `${report.type}.${path.replace(/\[\d+\]/g, '')}`, field.approximated);
  return DECODERS[field.kind](field, value, report, path);
}

function refuse(field: Field, value: unknown, report: Report, path: string): null {
  report.problem('UNSUPPORTED_ATTRIBUTE', path, {
    message: 'it is known, and not available here',
    value,
    rule: field.rule ?? '',
    fix: `leave it out of what is run locally: ${allowing(report, path)}`,
  });
  return null;
}

/** Nothing was asked for: no note is due. */
const isOff = (value: unknown): boolean =>
  value === false ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** What stands for a missing required value; the error has been reported, so it is never run. */
function emptyOf(field: Field, report: Report, path: string): unknown {
  if (field.kind === 'block') return field.required ? decode(field.fields ?? {}, {}, report, path) : null;
  if (field.kind === 'blocks') checkCount(field, 0, [], report, path);
  if (field.fallback !== null && field.fallback !== undefined) return field.fallback;
  if (!field.required) return null;
  if (field.kind === 'number' || field.kind === 'real') return field.min ?? 0;
  return field.words?.[0] ?? (field.kind === 'texts' ? [] : field.kind === 'map' ? {} : '');
}

type Decoder = (field: Field, value: unknown, report: Report, path: string) => unknown;

const DECODERS: Readonly<Record<Field['kind'], Decoder>> = {
  any: (_field, value) => value,
  text: decodeText,
  number: decodeNumber,
  real: decodeNumber,
  bool: decodeBool,
  texts: decodeTexts,
  map: decodeMap,
  json: decodeJson,
  block: (field, value, report, path) => {
    const found = decodeBlocks(field, value, report, path);
    if (found.length > 1) report.bad(path, found.length, 'there is more than one', 'at most one block');
    return found[0] ?? emptyOf(field, report, path);
  },
  blocks: (field, value, report, path) => {
    const found = decodeBlocks(field, value, report, path);
    checkCount(field, found.length, value, report, path);
    return found;
  },
};

function decodeText(field: Field, value: unknown, report: Report, path: string): unknown {
  if (typeof value === 'object') return wrong(field, value, report, path, 'it is not a text', 'a string');
  const text = String(value);
  if (field.words && !field.words.includes(text))
    return wrong(field, value, report, path, 'it is not one of the allowed values', field.words.join(', '));
  if (field.pattern && !field.pattern.test(text))
    return wrong(field, value, report, path, 'the text is not allowed', String(field.pattern));
  return text;
}

function decodeNumber(field: Field, value: unknown, report: Report, path: string): unknown {
  const number = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  const { min, max } = field;
  const [isOne, what] =
    field.kind === 'real' ? [Number.isFinite, 'a number'] : [Number.isSafeInteger, 'a whole number'];
  const range = `${what}${min === null ? '' : ` from ${min}`}${max === null ? '' : ` to ${max}`}`;
  if (typeof number !== 'number' || !isOne(number))
    return wrong(field, value, report, path, `it is not ${what}`, range);
  if ((min !== null && number < min) || (max !== null && number > max))
    return wrong(field, value, report, path, 'it is out of range', range);
  return number;
}

function decodeBool(field: Field, value: unknown, report: Report, path: string): unknown {
  const bool = value === true || value === 'true' ? true : value === false || value === 'false' ? false : null;
  if (bool === null) return wrong(field, value, report, path, 'it is not a boolean', 'true or false');
  if (field.words && !field.words.includes(String(bool)))
    return wrong(field, value, report, path, 'it is not available here', field.words.join(', '));
  return bool;
}

function decodeTexts(field: Field, value: unknown, report: Report, path: string): unknown {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((item) => ['string', 'number', 'boolean'].includes(typeof item)))
    return wrong(field, value, report, path, 'it is not a list of texts', 'a list of strings');
  checkCount(field, list.length, value, report, path);
  return list.map(String);
}

function decodeMap(field: Field, value: unknown, report: Report, path: string): unknown {
  if (!isObject(value) || Object.values(value).some((v) => typeof v === 'object' && v !== null))
    return wrong(field, value, report, path, 'it is not an object of texts', 'an object of strings');
  const entries = Object.entries(value).filter(([, v]) => v !== null);
  return Object.fromEntries(entries.map(([k, v]) => [k, String(v)]));
}

function decodeJson(field: Field, value: unknown, report: Report, path: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch (error) {
    return wrong(
      field,
      value,
      report,
      path,
      `it is not JSON: ${error instanceof Error ? error.message : error}`,
      'JSON text',
    );
  }
}

/** One block is an object or a list of one. */
function decodeBlocks(field: Field, value: unknown, report: Report, path: string): unknown[] {
  const list = (Array.isArray(value) ? value : [value]).filter((item) => item !== null);
  return list.flatMap((item, i) => {
    const here = list.length > 1 ? `${path}[${i}]` : path;
    if (isObject(item)) return [decode(field.fields ?? {}, item, report, here)];
    report.bad(here, item, 'it is not a block', 'an object, or a list of objects');
    return [];
  });
}

function checkCount(field: Field, count: number, value: unknown, report: Report, path: string): void {
  if (field.min !== null && count < field.min)
    report.bad(path, value, `there are ${count}`, field.rule ?? `at least ${field.min}`);
  if (field.max === null || count <= field.max) return;
  report.problem('QUOTA_EXCEEDED', path, {
    message: `there are ${count}`,
    value: count,
    rule: field.rule ?? `at most ${field.max}`,
    fix: 'use fewer',
  });
}

function wrong(field: Field, value: unknown, report: Report, path: string, message: string, rule: string): unknown;
function wrong(
  field: Field,
  value: unknown,
  report: Report,
  path: string,
  ...[message, rule]: [string, string]
): unknown {
  report.bad(path, value, message, field.rule ? `${rule} (${field.rule})` : rule);
  return emptyOf({ ...field, required: true }, report, path);
}
