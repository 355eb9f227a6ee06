import test from 'ava';
import { Estate } from '../modules/rules/estate.ts';
import { violationsIn } from '../modules/rules/violations.ts';
import type { Json } from '../modules/testing/synth.ts';
import { ENVIRONMENT_NAMES, ENVIRONMENTS } from './environments.ts';
import { RULE_EXCEPTIONS } from './rule-exceptions.ts';
import { SCALE_NAMES } from './scales.ts';
import { readSettings, type Settings } from './settings.ts';
import { STAGE_NAMES } from './stages.ts';
import { stacksFrom } from './testing/stacks.ts';

const estateOf = (settings: Settings): Estate =>
  new Estate(Object.fromEntries(Object.entries(stacksFrom(settings)).map(([name, { json }]) => [name, json])));

for (const environment of ENVIRONMENT_NAMES) {
  test(`${environment}: every stage of both systems keeps the house rules, but for the exceptions`, (t) => {
    for (const stage of STAGE_NAMES) {
      const env = { CUTOVER_SYSTEM: 'all', CUTOVER_STAGE: stage, CUTOVER_ENVIRONMENT: environment };
      for (const CUTOVER_SCALE of SCALE_NAMES) {
        t.deepEqual(violationsIn(estateOf(readSettings({ ...env, CUTOVER_SCALE })), RULE_EXCEPTIONS), []);
      }
    }
  });
}

test('each exception is needed, and says why', (t) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'all' });
  // The way out without NAT gateways, with a test listener that is open to everybody.
  const environment = { ...ENVIRONMENTS.dev, egress: 'endpoints', testListenerCidrBlocks: ['0.0.0.0/0'] } as const;
  const found = violationsIn(estateOf({ ...settings, environment }));
  for (const { rule, address, because } of RULE_EXCEPTIONS) {
    t.true(
      found.some((violation) => violation.id === rule && address.test(violation.address)),
      `${rule} ${address}`,
    );
    t.true(because.length > 20);
  }
  t.deepEqual(violationsIn(estateOf({ ...settings, environment }), RULE_EXCEPTIONS), []);
});

/** The stacks of both systems after one change, as somebody could make it: rule and address of what is then broken. */
function brokenBy(change: (stacks: Record<string, Json>) => void): string[] {
  const stacks = Object.fromEntries(
    Object.entries(stacksFrom(readSettings({ CUTOVER_SYSTEM: 'all' }))).map(([name, { json }]) => [name, json]),
  );
  change(stacks);
  return violationsIn(new Estate(stacks), RULE_EXCEPTIONS).map(({ id, address }) => `${id} ${address}`);
}

const only = (resources: Json, like: RegExp): Json => {
  const found = Object.keys(resources).filter((name) => like.test(name));
  if (found.length !== 1) throw new Error(`${like} is ${found.join()}`);
  return resources[found[0] as string];
};

test('wrong roles are named: of another service, or without the rights of an execution role', (t) => {
  const changed = brokenBy((stacks) => {
    const { aws_ecs_task_definition: hq } = stacks['interstella-hq'].resource;
    const task = only(hq, /service/);
    task.execution_role_arn = task.task_role_arn;
    const forum = stacks['interstella-forum-services'].resource;
    const { execution_role_arn: executes } = only(forum.aws_ecs_task_definition, /users/);
    only(forum.aws_codedeploy_deployment_group, /threads/).service_role_arn = executes;
  });
  t.is(changed.length, 2);
  t.regex(
    changed[0] ?? '',
    /^roles-trust-their-users interstella-forum-services\/aws_codedeploy_deployment_group\.threads.*\.service_role_arn$/,
  );
  t.regex(
    changed[1] ?? '',
    /^execution-roles-suffice interstella-hq\/aws_ecs_task_definition\.service.*\.execution_role_arn$/,
  );
});

test('two services on one priority, and a service whose rule is missing, are named', (t) => {
  const twice = brokenBy((stacks) => {
    for (const rule of Object.values<Json>(stacks['interstella-services'].resource.aws_lb_listener_rule)) {
      rule.priority = 10;
    }
  });
  t.is(twice.length, 1);
  t.regex(twice[0] ?? '', /^priorities-differ interstella-services\/aws_lb_listener_rule\.\S+\.priority$/);
  const missing = brokenBy((stacks) => {
    const rules = stacks['interstella-services'].resource.aws_lb_listener_rule;
    for (const name of Object.keys(rules)) if (/magnesite/.test(name)) delete rules[name];
  });
  t.is(missing.length, 1);
  t.regex(missing[0] ?? '', /^targets-reached interstella-services\/aws_ecs_service\.magnesite/);
});
