/**
 * docs/workshops.md against the project: what a row names exists, and its commands stand in the tests or scripts that are
 * said to run them. The scripts themselves are run by e2e/workshops.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { STAGES } from './cli/options.ts';
import { root } from './cli/paths.ts';
import { SERVICES } from './run/api/services/index.ts';
import { findWorkspaces } from './run/images/workspaces.ts';

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const page = read('docs', 'workshops.md');

interface Row {
  readonly step: string;
  /** What it is here: every cell between the first and the last. */
  readonly here: string;
  readonly runBy: readonly string[];
}

const ticked = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, token = '']) => token);

function rowsOf(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| the workshop |'))
    .map((line) => {
      const cells = line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim());
      return { step: cells[0] ?? '', here: cells.slice(1, -1).join(' ; '), runBy: ticked(cells.at(-1) ?? '') };
    });
}

const rows = rowsOf(page);
const sources = (folder: string): string =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => read(folder, name))
    .join('\n');
const constructs = new Set(
  [...`${sources('modules')}${sources('stacks')}`.matchAll(/^export class (\w+)/gm)].map(([, name = '']) => name),
);
const stackIds = new Set([
  'interstella-network',
  ...[...read('stacks', 'logistics.ts').matchAll(/\bid\('([a-z-]+)'\)/g)].map(([, id]) => `interstella-${id}`),
  ...[...read('stacks', 'forum.ts').matchAll(/\bid\('([a-z-]+)'\)/g)].map(([, id]) => `interstella-forum-${id}`),
]);
const settings = sources('stacks');
const commands = new Set(
  [...sources('local/cli/commands').matchAll(/command\('([a-z]+)/g)].map(([, name = '']) => name),
);
const builds = new Set(findWorkspaces(root).workspaces.flatMap((workspace) => [...workspace.builds.keys()]));
/** Words of settings, and one of the shell. */
const WORDS = new Set(['https', 'prod', 'rm', 'cfn-output.json', 'keyPage', '/getkey.html', 'monolithUrl']);

/** The CLI's own commands, made of several calls or of S3's. */
const OF_THE_CLI = new Set(['ecs wait', 'elbv2 wait', 'deploy wait', 'ecs deploy', 's3 ls']);
const TABLE_OF: Readonly<Record<string, string>> = {
  elbv2: 'elasticloadbalancing',
  deploy: 'codedeploy',
};

/** `ecs run-task` → the operation of the endpoint; null where there is none. */
function operationOf(command: string): { handle: unknown; refusal: boolean } | null {
  const [service = '', words = ''] = command.split(' ');
  const name = words.replace(/(^|-)([a-z0-9])/g, (_all, _dash, letter: string) => letter.toUpperCase());
  const table = SERVICES.find((one) => one.name === (TABLE_OF[service] ?? service));
  const found = table && Object.hasOwn(table.operations, name) ? table.operations[name] : undefined;
  if (!found) return null;
  let refusal = false;
  try {
    refusal = found.validate({}, { invalid: 'X', missing: 'X', mistyped: 'X' }) === null;
  } catch {
    refusal = false;
  }
  return { handle: found.handle, refusal };
}

/** What is wrong with one name of a row; null where nothing is. */
function problemWith(token: string, row: Row): string | null {
  const aws = /^aws (\S+ \S+)$/.exec(token)?.[1];
  if (aws !== undefined) return problemWithAws(aws, row);
  const cutover = /^\.\/cutover ([a-z]+)/.exec(token)?.[1];
  if (cutover !== undefined) {
    if (!commands.has(cutover)) return 'no such command';
    return ranIn(row, new RegExp(`\\b${cutover}\\b`)) ? null : 'no test of the row runs it';
  }
  if (/^cdktf (deploy|destroy)$/.test(token))
    return row.runBy.some((file) => file.startsWith('stacks/terraform/')) ? null : 'only Terraform’s tests run it';
  if (/^(local|stacks|modules|services|docs|\.devcontainer)\//.test(token))
    return existsSync(join(root, token)) ? null : 'no such file';
  if (/^interstella-/.test(token)) return stackIds.has(token) ? null : 'no such stack';
  if (/^CUTOVER_/.test(token)) return settings.includes(token) ? null : 'no such setting';
  if (/^[A-Z]\w+$/.test(token)) return constructs.has(token) ? null : 'no such construct';
  const known = WORDS.has(token) || builds.has(token) || (STAGES as readonly string[]).includes(token);
  return known ? null : 'it is neither construct, stack, stage, build, file nor command';
}

function problemWithAws(command: string, row: Row): string | null {
  const isRefused = row.here.includes(`efused by name: \`aws ${command}\``);
  const found = operationOf(command);
  if (!isRefused && !OF_THE_CLI.has(command) && (found === null || found.refusal))
    return 'the endpoint does not offer it';
  if (isRefused && found !== null && !found.refusal) return 'the endpoint does not refuse it';
  return ranIn(row, new RegExp(`\\b${command}\\b`)) ? null : 'no test of the row runs it';
}

const ranIn = (row: Row, pattern: RegExp): boolean =>
  row.runBy.some((file) => existsSync(join(root, file)) && pattern.test(read(file)));

function problemsOf(row: Row): string[] {
  const found = ticked(row.here).map((token) => [token, problemWith(token, row)] as const);
  const files = row.runBy.filter((file) => !/(\.test\.ts|\.sh)$/.test(file) || !existsSync(join(root, file)));
  const missing = [
    ...(row.here === '' ? ['it says nothing'] : []),
    ...(row.runBy.length === 0 ? ['nothing ran it'] : []),
    ...files.map((file) => `${file}: no such test`),
  ];
  return [
    ...missing,
    ...found.filter(([, problem]) => problem !== null).map(([token, problem]) => `${token}: ${problem}`),
  ];
}

test('every row names what exists, and what ran it', (t) => {
  t.true(rows.length > 70, String(rows.length));
  const problems = rows.flatMap((row) => problemsOf(row).map((problem) => `${row.step}: ${problem}`));
  t.deepEqual(problems, []);
});

test('every stack and every command of the scripts is in the page', (t) => {
  t.deepEqual(
    [...stackIds].filter((id) => !page.includes(`\`${id}\``)),
    [],
  );
  for (const name of ['interstella', 'forum']) {
    const script = read('docs', 'labs', `${name}.sh`);
    const used = new Set([...script.matchAll(/\baws ([a-z0-9]+ [a-z0-9-]+)/g)].map(([, command = '']) => command));
    const refused = (command: string): boolean => script.includes(`refused aws ${command}`);
    const unknown = [...used].filter((command) => !OF_THE_CLI.has(command) && !refused(command));
    t.deepEqual(
      unknown.filter((command) => operationOf(command) === null),
      [],
    );
    execFileSync('bash', ['-n', join(root, 'docs', 'labs', `${name}.sh`)]);
  }
});

for (const [what, row] of [
  ['a construct that is not there', '| x | `EcsClusters` | `local/e2e/aws-cli.test.ts` |'],
  ['a stack that is not there', '| x | `interstella-nowhere` | `local/e2e/aws-cli.test.ts` |'],
  ['a call that is not offered', '| x | `aws ecs create-everything` | `local/e2e/aws-cli.test.ts` |'],
  ['a call that is refused, as if it worked', '| x | `aws cloudformation delete-stack` | `docs/labs/forum.sh` |'],
  ['a call that works, as if it were refused', '| x | Refused by name: `aws iam get-role` | `docs/labs/forum.sh` |'],
  ['a call that its test does not make', '| x | `aws sns unsubscribe` | `docs/labs/forum.sh` |'],
  ['a command that is not there', '| x | `./cutover deliver` | `local/e2e/deploy.test.ts` |'],
  ['a file that is not there', '| x | `modules/none.ts` | `local/e2e/deploy.test.ts` |'],
  ['a test that is not there', '| x | `EcsCluster` | `local/e2e/none.test.ts` |'],
  ['nothing that ran it', '| x | `EcsCluster` | |'],
  ['a word without meaning', '| x | `foo` | `local/e2e/deploy.test.ts` |'],
] as const)
  test(`a row is refused for ${what}`, (t) => {
    t.is(rowsOf(row).flatMap(problemsOf).length, 1);
  });

test('the devcontainer brings what the labs need', (t) => {
  const { image, features, containerEnv, remoteEnv, postCreateCommand, forwardPorts } = JSON.parse(
    read('.devcontainer', 'devcontainer.json'),
  );
  t.regex(image, /javascript-node:24\b/);
  const names = Object.keys(features).map((name) => /\/([a-z-]+):\d+$/.exec(name)?.[1]);
  for (const name of ['aws-cli', 'terraform']) t.true(names.includes(name), name);
  t.regex(postCreateCommand, /\.\/cutover doctor --ensure/);
  t.regex(remoteEnv.PATH, /\$\{containerWorkspaceFolder\}\/\.cutover\/k6$/);
  t.is(containerEnv.AWS_ENDPOINT_URL, 'http://127.0.0.1:4566');
  t.deepEqual(forwardPorts, [4567]);
});
