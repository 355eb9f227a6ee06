/**
 * docs/production.md against the project: its price table is generated (UPDATE_DOCS=1 writes it anew), and every command,
 * flag, setting and part of `front` that it names exists.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root } from './cli/paths.ts';
import { SERVICES } from './run/api/services/index.ts';
import { PRICES_AS_OF } from './simulate/prices.ts';
import { monthly, PRODUCTION_PRICES } from './simulate/production-prices.ts';

const file = join(root, 'docs', 'production.md');
const START = '## Cost\n\n';
const END = '\n\n### What an environment costs';
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const sources = (folder: string): string =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => read(folder, name))
    .join('\n');

function table(): string {
  const rows = PRODUCTION_PRICES.map((one) => {
    const month = monthly(one);
    const cells = [Number(one.dollars.toFixed(5)), one.unit, month === null ? 'by use' : month.toFixed(2), one.madeBy];
    return `| ${one.item} | ${cells.join(' | ')} | ${one.checkedAt ?? '**not checked a second time**'} |`;
  });
  return [
    `Prices of us-east-1, on demand, US dollars, as of ${PRICES_AS_OF}; a month has 730 hours.`,
    '',
    '| what | price | a | one in a month | made by | read a second time at |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

test('the price table is that of the data', (t) => {
  const page = readFileSync(file, 'utf8');
  const before = page.slice(0, page.indexOf(START) + START.length);
  const wanted = `${before}${table()}${page.slice(page.indexOf(END))}`;
  if (process.env['UPDATE_DOCS']) writeFileSync(file, wanted);
  t.is(readFileSync(file, 'utf8'), wanted, 'run UPDATE_DOCS=1 npx ava local/production.test.ts');
  for (const { item, dollars } of PRODUCTION_PRICES) t.true(dollars > 0, item);
});

/** Lines of shell, with continued ones joined. */
const shell = [...readFileSync(file, 'utf8').matchAll(/```\n([^`]+)```/g)]
  .flatMap(([, block = '']) => block.replace(/\\\n\s*/g, '').split('\n'))
  .filter((line) => line !== '');

test('each ./cutover command and flag exists', (t) => {
  const commands = sources('local/cli/commands');
  const lines = shell.filter((line) => line.includes('./cutover '));
  t.true(lines.length >= 4);
  for (const line of lines) {
    const [, name = ''] = /\.\/cutover ([a-z]+)/.exec(line) ?? [];
    t.regex(commands, new RegExp(`command\\('${name}\\b`), line);
    for (const [, flag = ''] of line.matchAll(/ --([a-z-]+)/g)) t.regex(commands, new RegExp(`--${flag}\\b`), line);
  }
});

test('each AWS command is an operation of the endpoint', (t) => {
  const names: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing' };
  const lines = shell.filter((line) => line.startsWith('aws ') && !line.startsWith('aws ecs wait '));
  t.true(lines.length >= 8);
  for (const line of lines) {
    const [, service = '', words = ''] = line.split(' ');
    const operation = words.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase());
    const found = SERVICES.find(({ name }) => name === (names[service] ?? service));
    t.true(found !== undefined && Object.hasOwn(found.operations, operation), line);
  }
});

test('each setting, and each part of front, is one of the stacks', (t) => {
  const page = readFileSync(file, 'utf8');
  const stacks = sources('stacks');
  const settings = new Set([...page.matchAll(/CUTOVER_[A-Z_]+/g)].map(([name]) => name));
  t.true(settings.size >= 5);
  for (const name of settings) t.true(stacks.includes(`'${name}'`), name);
  const front = read('stacks', 'front.ts');
  const snippet = /front: \{\n([\s\S]+?)\n\},/.exec(page)?.[1] ?? '';
  const parts = [...snippet.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
  t.deepEqual(parts, ['https', 'webAclArn', 'accessLogDays', 'alarms', 'dashboard', 'restApi']);
  for (const part of parts) t.regex(front, new RegExp(`readonly ${part}:`), part);
});
