/** The house rules over JSON of anybody: expressions, repeated resources, other stacks; and what is told only once. */
import test from 'ava';
import { HOUSE_RULES as HELD } from '../../../modules/rules/index.ts';
import type { RawStacks } from '../../read/index.ts';
import type { Json } from '../../read/json.ts';
import { checkStacks } from '../check.ts';
import { type Change, rawOf, soundStack, the } from '../testing/system.ts';
import { HOUSE_RULES } from './house.ts';

const IDS = new Set(HOUSE_RULES.map(({ id }) => id));

function told(raw: RawStacks, only: readonly string[]): string[] {
  return checkStacks(raw, { houseRules: HOUSE_RULES })
    .findings.filter((f) => only.includes(f.rule))
    .map((f) => `${f.severity} ${f.rule} ${f.address}`);
}

const stackOf = (resource: Json, more: Json = {}): RawStacks => rawOf(resource as never, more);
const TRUST = JSON.stringify({
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs-tasks.amazonaws.com' } },
});
const role = { aws_iam_role: { r: { name: 'r', assume_role_policy: TRUST } } };

test('each house rule is asked, with a page, and left out where nobody wants it', (t) => {
  t.is(HOUSE_RULES, HELD);
  const raw = rawOf(soundStack());
  const with_ = checkStacks(raw, { houseRules: HOUSE_RULES });
  const without = checkStacks(raw);
  t.is(with_.rules - without.rules, HOUSE_RULES.length);
  t.deepEqual(without.findings, []);
  const found = with_.findings.filter((f) => IDS.has(f.rule));
  t.true(found.length > 0);
  for (const f of found) t.true(f.page !== '' && f.text !== '' && f.fix !== '' && !f.text.endsWith(')'), f.rule);
});

test('a policy that a function writes is judged by what it says', (t) => {
  const policy =
    '${jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })}';
  const raw = stackOf({ ...role, aws_iam_role_policy: { p: { role: '${aws_iam_role.r.name}', policy } } });
  t.deepEqual(told(raw, ['iam-actions-named', 'iam-resources-named', 'iam-policies-readable']), [
    'error iam-actions-named test/aws_iam_role_policy.p.policy.Statement[0].Action',
    'warning iam-resources-named test/aws_iam_role_policy.p.policy.Statement[0].Resource',
  ]);
});

test('one of many is judged by its own values, and named by its key', (t) => {
  const raw = stackOf(
    {
      ...role,
      aws_iam_role_policy_attachment: {
        a: {
          for_each: '${toset(local.all)}',
          role: '${aws_iam_role.r.name}',
          policy_arn: 'arn:aws:iam::aws:policy/${each.key}',
        },
      },
      aws_security_group: { g: { name: 'g' } },
      aws_vpc_security_group_ingress_rule: {
        ports: {
          count: 2,
          security_group_id: '${aws_security_group.g.id}',
          ip_protocol: 'tcp',
          from_port: '${[80, 22][count.index]}',
          to_port: '${[80, 22][count.index]}',
          cidr_ipv4: '0.0.0.0/0',
        },
      },
    },
    { locals: { all: ['AmazonSSMManagedInstanceCore', 'AdministratorAccess'] } },
  );
  t.deepEqual(told(raw, ['iam-managed-policies-narrow', 'ports-closed']), [
    'warning iam-managed-policies-narrow test/aws_iam_role_policy_attachment.a["AdministratorAccess"].policy_arn',
    'warning ports-closed test/aws_vpc_security_group_ingress_rule.ports[1]',
  ]);
});

test('containers that a function writes are judged; what nobody can evaluate is told as unread', (t) => {
  const definition = (container_definitions: string): RawStacks =>
    stackOf({ ...role, aws_ecs_task_definition: { d: { family: 'd', container_definitions } } });
  const rules = ['containers-log', 'no-logs', 'containers-readable'];
  const seen = definition(
    '${jsonencode([{ name = "c", image = "i", memory = 64, logConfiguration = { logDriver = "none" } }])}',
  );
  t.deepEqual(told(seen, rules), [
    'advice containers-log test/aws_ecs_task_definition.d.container_definitions[0].logConfiguration',
  ]);
  t.deepEqual(told(definition('${file("of-elsewhere.json")}'), rules), [
    'advice containers-readable test/aws_ecs_task_definition.d.container_definitions',
  ]);
});

test('a value that rests on a secret is none that is written there', (t) => {
  const version = (value: string): RawStacks =>
    stackOf({
      random_password: { p: { length: 20 } },
      aws_secretsmanager_secret: { s: { name: 's' } },
      aws_secretsmanager_secret_version: {
        v: { secret_id: '${aws_secretsmanager_secret.s.id}', secret_string: value },
      },
    });
  const rule = ['no-plain-secrets'];
  t.deepEqual(told(version('${jsonencode({ password = random_password.p.result })}'), rule), []);
  t.is(told(version('${jsonencode({ password = "hunter2-hunter2" })}'), rule).length, 1);
});

const repository = (lifecycle: Json): RawStacks =>
  stackOf({
    aws_ecr_repository: { e: { name: 'e', image_tag_mutability: 'IMMUTABLE' } },
    aws_ecr_lifecycle_policy: lifecycle,
  });

test('a resource that is named by a value is found: of a local, of an instance, of another stack', (t) => {
  const policy = JSON.stringify({ rules: [] });
  t.is(told(repository({}), ['images-expire']).length, 1);
  t.deepEqual(told(repository({ p: { repository: 'e', policy } }), ['images-expire']), []);
  const many = stackOf({
    aws_ecr_repository: { e: { count: 2, name: 'e${count.index}' } },
    aws_ecr_lifecycle_policy: { p: { repository: '${aws_ecr_repository.e[1].name}', policy } },
  });
  t.deepEqual(told(many, ['images-expire']), ['advice images-expire test/aws_ecr_repository.e[0]']);
});

test('what the stack itself says is accepted is not told; without a reason it is', (t) => {
  const address = 'test/aws_ecr_repository.e.image_tag_mutability';
  const raw = (houseRuleExceptions: unknown): RawStacks =>
    stackOf({ aws_ecr_repository: { e: { name: 'e' } } }, { '//': { houseRuleExceptions } });
  const because = 'tags are pushed again and again';
  const rule = 'image-tags-stay';
  t.deepEqual(told(raw([{ rule, address, because }]), [rule]), []);
  // Several files of one stack: their notes are a list.
  const files = stackOf(
    { aws_ecr_repository: { e: { name: 'e' } } },
    { '//': [{ metadata: {} }, 'of people', { houseRuleExceptions: [{ rule, address, because }] }] },
  );
  t.deepEqual(told(files, [rule]), []);
  for (const written of [[{ rule, address }], [{ rule: 'images-scanned', address, because }], 'x', [null], {}]) {
    t.is(told(raw(written), [rule]).length, 1, JSON.stringify(written));
  }
});

test('what a rule of check tells is not told twice', (t) => {
  const change: Change = (s) => {
    delete the(s, 'aws_ecs_service', 'orders')['deployment_circuit_breaker'];
    the(s, 'aws_cloudwatch_log_group', 'all')['retention_in_days'] = 0;
  };
  const stack = soundStack();
  change(stack);
  const rules = ['circuit-breaker-off', 'deployments-roll-back', 'log-retention', 'log-groups-expire'];
  t.deepEqual(
    told(rawOf(stack), rules).map((line) => line.split(' ')[1]),
    ['circuit-breaker-off', 'log-retention'],
  );
});
