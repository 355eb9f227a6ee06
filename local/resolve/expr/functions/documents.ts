/** Functions between values and written documents: YAML and CSV (JSON is with the encodings). */
import { parse, type ScalarTag, stringify } from 'yaml';
import { asText, sortKeys } from '../values.ts';
import type { Functions } from './index.ts';

/** Every text quoted and keys sorted, as Terraform writes it; aliases are never made. */
const encodeYaml = (value: unknown): string =>
  stringify(sortKeys(value), {
    defaultStringType: 'QUOTE_DOUBLE',
    aliasDuplicateObjects: false,
    lineWidth: 0,
    indentSeq: false,
  });

/** Words that YAML 1.1 has for booleans, and its points of time, which become texts of RFC 3339: Terraform reads both. */
const OLDER_SCALARS: readonly ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
    resolve: (text) => /^(?:y|on)/i.test(text),
  },
  {
    tag: 'tag:yaml.org,2002:timestamp',
    default: true,
    test: /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d+)?[ \t]*(?:Z|[+-]\d\d?(?::?\d\d)?)?)?$/,
    resolve: rfc3339,
  },
];

function rfc3339(text: string): string {
  const [, year, month = '', day = '', hour = '0', minute = '00', second = '00', fraction = '', zone = ''] =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt \t]+(\d\d?):(\d\d):(\d\d)(\.\d+)?[ \t]*(\S*))?$/.exec(text) ?? [];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:${second}${fraction}${zone || 'Z'}`;
}

/** Anchors may be expanded a hundred times, no more: a short text must not become an endless value. */
export const decodeYaml = (text: string): unknown =>
  parse(text, {
    maxAliasCount: 100,
    schema: 'core',
    merge: true,
    customTags: (tags) => [...OLDER_SCALARS, ...tags],
  }) ?? null;

/** Records of RFC 4180; the first names the fields. */
function decodeCsv(text: string): Record<string, string>[] {
  const [header, ...records] = recordsOf(text);
  if (!header) throw new Error('there is no line of names');
  if (new Set(header).size < header.length) throw new Error('two fields have the same name');
  return records.map((record, i) => {
    if (record.length !== header.length)
      throw new Error(`record ${i + 1} has ${record.length} fields, the line of names ${header.length}`);
    return Object.fromEntries(header.map((name, n) => [name, record[n] ?? '']));
  });
}

function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error('a quote stands where none may be');
    record.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'));
    if (found[3] === ',') {
      if (field.lastIndex === text.length) record.push('');
      else continue;
    }
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

export const DOCUMENTS: Functions = {
  yamlencode: [1, 1, (value) => encodeYaml(value)],
  yamldecode: [1, 1, (text) => decodeYaml(asText(text))],
  csvdecode: [1, 1, (text) => decodeCsv(asText(text))],
};
