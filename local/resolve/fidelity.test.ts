/** docs/fidelity.md is generated from what the code holds; UPDATE_DOCS=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { APPROXIMATIONS } from '../run/fidelity.ts';
import { fidelityTable } from './index.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'fidelity.md');

function ledger(): string {
  const rows = fidelityTable();
  const types = [...new Set(rows.map((r) => r.type))].sort();
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const section = (type: string): string => {
    const own = rows.filter((r) => r.type === type);
    const acting = own.filter((r) => r.effect === 'acts').map((r) => `\`${r.attribute}\``);
    // What acts with some values only is worth a line as well.
    const rest = own
      .filter((r) => r.effect !== 'acts' || r.reason)
      .map((r) => `| \`${cell(r.attribute)}\` | ${r.effect} | ${cell(r.reason)} |`);
    const lines = [`### ${type}`, ''];
    if (acting.length > 0) lines.push(`Acts: ${acting.join(', ')}`, '');
    if (rest.length > 0)
      lines.push('| attribute | effect | why, or which values |', '| --- | --- | --- |', ...rest, '');
    return lines.join('\n');
  };
  return [
    '# Fidelity ledger',
    '',
    'What of the Terraform JSON acts on the local plane, what deliberately does not, and what is approximated. Generated from',
    'the schemas the reader holds the JSON to: an attribute that is not here is refused by name.',
    '',
    '## Approximated rules',
    '',
    '| rule | as modelled here |',
    '| --- | --- |',
    ...APPROXIMATIONS.map((a) => `| ${cell(a.subject)} | ${cell(a.reason)} |`),
    '',
    '## Resource types',
    '',
    ...types.map(section),
  ].join('\n');
}

test('docs/fidelity.md says what the code does', (t) => {
  if (process.env['UPDATE_DOCS']) writeFileSync(file, ledger());
  t.is(readFileSync(file, 'utf8'), ledger(), 'run UPDATE_DOCS=1 npx ava local/resolve/fidelity.test.ts');
});
