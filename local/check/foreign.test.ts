/** Stacks as others write them: what is right in them is not called wrong, and what is wrong is seen through their ways. */
import test from 'ava';
import { overlap } from './address-blocks.ts';
import { checkStacks } from './check.ts';
import { HOUSE_RULES } from './house/house.ts';
import {
  add,
  type Change,
  container,
  rawOf,
  type Stack,
  setEnvironment,
  soundStack,
  the,
  way,
} from './testing/system.ts';

/** `rule address` of what a change brings, of severity error or warning. */
function brought(change: Change, more: Parameters<typeof rawOf>[1] = {}): string[] {
  const sound = soundStack();
  const changed: Stack = soundStack();
  change(changed);
  const found = (stack: Stack, rest = {}): string[] =>
    checkStacks(rawOf(stack, rest), { houseRules: HOUSE_RULES, variables: { token: 'as-it-is' } })
      .findings.filter((f) => f.severity !== 'advice')
      .map((f) => `${f.rule} ${f.address}`);
  const before = new Set(found(sound));
  return found(changed, more).filter((line) => !before.has(line));
}

const rules = (lines: readonly string[]): string[] => lines.map((line) => line.split(' ')[0] ?? '');

test('a group of instances may have a launch configuration', (t) => {
  const change: Change = (s) => {
    delete the(s, 'aws_autoscaling_group', 'g')['launch_template'];
    the(s, 'aws_autoscaling_group', 'g')['launch_configuration'] = 'instances';
  };
  t.false(brought(change).some((line) => line.startsWith('not-accepted')));
});

test('addresses that the load balancer has none of let nobody in', (t) => {
  const from =
    (cidr: string): Change =>
    (s) => {
      the(s, 'aws_vpc_security_group_ingress_rule', 'dynamic');
      (s['aws_vpc_security_group_ingress_rule'] ?? {})['dynamic'] = way('instances', 0, 65_535, { cidr_ipv4: cidr });
    };
  t.deepEqual(brought(from('192.168.0.0/16')), ['ephemeral-range test/aws_security_group.instances.ingress']);
  t.deepEqual(brought(from('10.0.0.0/8')), []);
  t.true(overlap('10.0.1.0/24', '10.0.1.128/25'));
  t.false(overlap('10.0.1.0/24', '10.0.2.0/24'));
  t.true(overlap('0.0.0.0/0', '10.0.2.0/24'));
});

test('a secret is known again where it comes by a reference', (t) => {
  const through =
    (value: string): Change =>
    (s) => {
      add(s, 'random_password', 'p', { length: 20 });
      const [one] = the(s, 'aws_ecs_task_definition', 'api')['container_definitions'] as object[];
      const written = JSON.stringify({ ...one, environment: [{ name: 'OPAQUE', value: '@' }] });
      the(s, 'aws_ecs_task_definition', 'api')['container_definitions'] = `[${written.replace('@', value)}]`;
    };
  const at = 'secret-in-environment test/aws_ecs_task_definition.api.container_definitions[api].environment.OPAQUE';
  t.deepEqual(brought(through('x${random_password.p.result}')), [at]);
  const variable = { variable: { token: { type: 'string', sensitive: true } } };
  t.deepEqual(brought(through('${var.token}'), variable), [at]);
  t.deepEqual(brought(through('${random_password.p.id}')), []);
});

test('secrets are seen in command lines, health checks and what an instance starts with', (t) => {
  const command =
    (...words: string[]): Change =>
    (s) => {
      container(s, 'api')['command'] = words;
    };
  t.deepEqual(rules(brought(command('serve', '--db-password=hunter2'))), ['secret-in-environment']);
  t.deepEqual(rules(brought(command('sh', '-c', 'DB_PASSWORD=hunter2 exec serve'))), ['secret-in-environment']);
  t.deepEqual(brought(command('sh', '-c', 'DB_PASSWORD=$PASSWORD exec serve --password $PASSWORD')), []);
  const checks: Change = (s) => {
    container(s, 'api')['healthCheck'] = { command: ['CMD-SHELL', 'curl http://u:hunter2@localhost/'] };
  };
  t.deepEqual(rules(brought(checks)), ['secret-in-environment']);
  const starts =
    (line: string): Change =>
    (s) => {
      const text = `#!/bin/sh\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n${line}\n`;
      the(s, 'aws_launch_template', 't')['user_data'] = Buffer.from(text).toString('base64');
    };
  t.deepEqual(rules(brought(starts('export DB_PASSWORD=hunter2'))), ['secret-in-environment']);
  t.deepEqual(brought(starts('TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)')), []);
});

test('idle connections: arguments of servers count, switches and clients of others do not', (t) => {
  const command =
    (...words: string[]): Change =>
    (s) => {
      container(s, 'api')['command'] = words;
    };
  const environment =
    (variables: Record<string, string>): Change =>
    (s) =>
      setEnvironment(s, 'api', variables);
  const short = ['keep-alive'];
  t.deepEqual(rules(brought(command('uvicorn', 'app:app', '--timeout-keep-alive', '5'))), short);
  t.deepEqual(rules(brought(environment({ GUNICORN_CMD_ARGS: '--keep-alive 5 --workers 4' }))), short);
  t.deepEqual(rules(brought(environment({ KEEPALIVE_TIMEOUT: '1m' }))), short);
  t.deepEqual(rules(brought(environment({ KEEP_ALIVE_TIMEOUT: 'PT5S' }))), short);
  t.deepEqual(brought(command('gunicorn', '--keep-alive', '75')), []);
  t.deepEqual(brought(environment({ KEEP_ALIVE_TIMEOUT: '75 seconds' })), []);
  t.deepEqual(brought(environment({ REDIS_KEEP_ALIVE: '5000', HTTP_KEEP_ALIVE: '1' })), []);
});

test('lists behind locals are seen, and what data sources put together is read', (t) => {
  const open: Change = (s) =>
    add(s, 'aws_security_group_rule', 'all', {
      ...{ type: 'ingress', protocol: 'tcp', from_port: 1, to_port: 65_535, cidr_blocks: '${local.any}' },
      security_group_id: '${aws_security_group.lb.id}',
    });
  const any = { locals: { any: ['10.0.0.0/8', '0.0.0.0/0'] } };
  t.deepEqual(brought(open, any), ['ports-closed test/aws_security_group_rule.all']);
  const rendered = { data: { template_file: { t: { template: '[{"name": "api", "image": "x:v1"}]' } } } };
  const stack = soundStack();
  add(stack, 'aws_ecs_task_definition', 'once', {
    family: 'once',
    container_definitions: '${data.template_file.t.rendered}',
  });
  const report = checkStacks(rawOf(stack, rendered), { houseRules: HOUSE_RULES });
  t.false(report.findings.some((f) => f.rule === 'containers-readable'));
});

test('one fault is told once', (t) => {
  const change: Change = (s) => {
    the(s, 'aws_lb_listener_rule', 'api')['priority'] = 10;
  };
  t.deepEqual(rules(brought(change)), ['not-accepted']);
});
