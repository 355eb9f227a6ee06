/** What the code calls and what its roles allow are the same set: nothing is missing, nothing is superfluous. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Estate } from '../modules/rules/estate.ts';
import { readPolicy } from '../modules/rules/policy-text.ts';
import { several } from '../modules/rules/values.ts';
import type { Json } from '../modules/testing/synth.ts';
import { stacksOf } from './testing/stacks.ts';

const SERVICES = join(import.meta.dirname, '..', 'services');

/** Commands of the AWS SDK, and the action that each needs. */
const ACTIONS: Readonly<Record<string, string>> = {
  GetCommand: 'dynamodb:GetItem',
  PutItemCommand: 'dynamodb:PutItem',
  PutLifecycleEventHookExecutionStatusCommand: 'codedeploy:PutLifecycleEventHookExecutionStatus',
};

/** Runs on a developer's machine only, against a database of its own. */
const LOCAL = ['embedded.ts'];

/** Actions that the sources of a workspace need. @throws Error for a command that no action is known of */
function calledBy(workspace: string): string[] {
  const folder = join(SERVICES, workspace, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !LOCAL.includes(name.split('/').at(-1) ?? ''),
  );
  const commands = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/new (\w+Command)\(/g)].map(([, command = '']) => command),
  );
  return [...new Set(commands)]
    .map((command) => {
      const action = ACTIONS[command];
      if (action === undefined) throw new Error(`${workspace} calls ${command}: which action is that?`);
      return action;
    })
    .sort();
}

const workspaces = ['kit', ...['logistics', 'forum', 'hooks'].flatMap(membersOf)].filter((workspace) =>
  existsSync(join(SERVICES, workspace, 'src')),
);

function membersOf(group: string): string[] {
  return readdirSync(join(SERVICES, group)).map((name) => `${group}/${name}`);
}

const stacks = stacksOf({ CUTOVER_SYSTEM: 'all', CUTOVER_STAGE: 'microservices' });
const estate = new Estate(Object.fromEntries(Object.entries(stacks).map(([name, { json }]) => [name, json])));

/** Actions that the policies of a role name. */
function allowedTo(role: ReturnType<Estate['all']>[number]): string[] {
  return estate
    .referring(role, 'aws_iam_role_policy')
    .flatMap(({ stack, body }) => readPolicy(estate, stack, body.policy).statements)
    .flatMap(({ Action }: Json) => several<string>(Action))
    .sort();
}

const rolesOf = (type: string, attribute: string) =>
  estate.all(type).flatMap((user) => {
    const role = estate.follow(user, user.body[attribute]);
    return role ? [{ user, role }] : [];
  });

test('tasks may what their code calls', (t) => {
  const families: Readonly<Record<string, readonly string[]>> = { 'interstella-hq': calledBy('logistics/hq') };
  const tasks = rolesOf('aws_ecs_task_definition', 'task_role_arn');
  t.true(tasks.some(({ user }) => user.body.family === 'interstella-hq'));
  for (const { user, role } of tasks)
    t.deepEqual(allowedTo(role), [...(families[user.body.family] ?? [])], user.address);
});

test('nobody else calls AWS', (t) => {
  const calling = workspaces.filter((workspace) => calledBy(workspace).length > 0);
  t.deepEqual(calling.sort(), ['hooks/pre-traffic', 'logistics/hq']);
});

test('the hook may answer CodeDeploy, and nothing else of its own', (t) => {
  const [hook] = rolesOf('aws_lambda_function', 'role');
  t.deepEqual(hook && allowedTo(hook.role), calledBy('hooks/pre-traffic'));
});
