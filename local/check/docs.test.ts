/** The table of docs/check.md is generated from the rules; UPDATE_DOCS=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SEVERITIES } from './contracts.ts';
import { RULES } from './rules/index.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'check.md');
const HEADING = '## Rules\n';

function table(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = RULES.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.id < b.id ? -1 : 1),
  ).map((r) => `| \`${r.id}\` | ${r.severity} | ${cell(r.text)} | ${cell(r.page)} |`);
  return [HEADING, '| rule | severity | what it says | AWS page |', '| --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

test('docs/check.md lists the rules as they are', (t) => {
  const text = readFileSync(file, 'utf8');
  const before = text.slice(0, text.indexOf(HEADING));
  if (process.env['UPDATE_DOCS']) writeFileSync(file, before + table());
  t.is(readFileSync(file, 'utf8'), before + table(), 'run UPDATE_DOCS=1 npx ava local/check/docs.test.ts');
});
