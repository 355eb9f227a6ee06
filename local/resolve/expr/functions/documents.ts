/** Functions between values and written documents: YAML and CSV (JSON is with the encodings). */
import { parse, stringify } from 'yaml';
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

/** Anchors may be expanded a hundred times, no more: a short text must not become an endless value. */
export const decodeYaml = (text: string): unknown => parse(text, { maxAliasCount: 100, schema: 'core', merge: true }) ?? null;

/** Records of RFC 4180; the first names the fields. */
function decodeCsv(text: string): Record<string, string>[] {
  const [header, ...records] = recordsOf(text);
  if (!header) throw new Error('there is no line of names');
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
