import test from 'ava';
import type { Json, Synthesized } from '../modules/testing/synth.ts';
import { STAGE_NAMES } from './stages.ts';
import { container, type Stacks, stacksOf } from './testing/stacks.ts';

const forum = (stage: string, env: Record<string, string> = {}): Stacks =>
  stacksOf({ CUTOVER_SYSTEM: 'forum', CUTOVER_STAGE: stage, ...env });
const services = (stacks: Stacks): Synthesized => stacks['interstella-forum-services']!;
const production = (out: Synthesized): Json[] =>
  out.all('aws_lb_listener_rule').filter((rule) => /lb_listenerload-balancer/.test(rule.listener_arn));
const pattern = (rule: Json): string => rule.condition[0].path_pattern.values[0];

/** Everything that a resource waits for, through any number of others, by depends_on and references inside the stack. */
function waitsFor(out: Synthesized, address: string): Set<string> {
  const [type = '', name = ''] = address.split('.');
  const found = new Set<string>();
  const text = JSON.stringify(out.json.resource[type]?.[name] ?? {});
  for (const [reference] of text.matchAll(/(?:aws_[a-z0-9_]+|terraform_data)\.[\w-]+/g)) {
    const known = reference !== address && out.json.resource[reference.split('.')[0]!]?.[reference.split('.')[1]!];
    if (!known || found.has(reference)) continue;
    found.add(reference);
    for (const further of waitsFor(out, reference)) found.add(further);
  }
  return found;
}
const addressOf = (out: Synthesized, type: string, match: (resource: Json) => boolean): string =>
  `${type}.${Object.entries<Json>(out.json.resource[type]).find(([, resource]) => match(resource))?.[0]}`;

const TABLE = [
  { stage: 'monolith', instances: 2, tasks: {}, paths: [] },
  { stage: 'containers', instances: 0, tasks: { 'monolith-service': 2 }, paths: ['/*'] },
  {
    stage: 'strangler',
    instances: 0,
    tasks: { 'monolith-service': 2, posts: 2, users: 2 },
    paths: ['/*', '/api/posts*', '/api/users*'],
  },
  {
    stage: 'microservices',
    instances: 0,
    tasks: { 'monolith-service': 0, posts: 2, threads: 2, users: 2 },
    paths: ['/*', '/*', '/api/posts*', '/api/threads*', '/api/users*'],
  },
] as const;

test('the table covers every stage', (t) => {
  t.deepEqual(
    TABLE.map((row) => row.stage),
    [...STAGE_NAMES],
  );
});

for (const { stage, instances, tasks, paths } of TABLE) {
  test(`${stage}: ${instances} instances, tasks ${JSON.stringify(tasks)}`, (t) => {
    const out = services(forum(stage));
    t.like(out.one('aws_autoscaling_group'), { min_size: instances, desired_capacity: instances, max_size: instances });
    t.deepEqual(
      Object.fromEntries(out.all('aws_ecs_service').map((service) => [service.name, service.desired_count])),
      tasks,
    );
    t.deepEqual(production(out).map(pattern).sort(), [...paths].sort());
  });
}

test('the monolith on instances: started by user data, registered as instances', (t) => {
  const stacks = forum('monolith');
  const out = services(stacks);
  t.regex(
    out.one('aws_launch_template').user_data,
    /aws s3 cp s3:\/\/\$\{aws_s3_bucket\.[\w-]+\.bucket\}\/api\/latest\.cjs/,
  );
  t.is(out.one('aws_autoscaling_group').target_group_arns.length, 1);
  t.is(out.one('aws_s3_object').key, 'api/latest.cjs');
  t.true(
    waitsFor(
      out,
      addressOf(out, 'aws_autoscaling_group', () => true),
    ).has(addressOf(out, 'aws_s3_object', () => true)),
  );
  const edge = stacks['interstella-forum-edge']!;
  t.like(edge.one('aws_lb_target_group'), { target_type: 'instance', port: 3000 });
  t.deepEqual(
    edge
      .all('aws_lb_listener')
      .map((listener) => listener.port)
      .sort(),
    [80, 8080],
  );
});

test("containers keep the workshop's names, port, group and health checks", (t) => {
  const stacks = forum('containers');
  const task = container(stacks, 'monolith-task-def');
  t.is(task.name, 'monolith-cntr');
  t.deepEqual(task.portMappings, [{ containerPort: 3000, hostPort: 3000, protocol: 'tcp' }]);
  const out = services(stacks);
  t.is(out.one('aws_cloudwatch_log_group').name, '/ecs/monolith-task-def');
  t.like(out.one('aws_ecs_task_definition'), { cpu: '256', memory: '512', network_mode: 'awsvpc' });
  t.like(out.one('aws_ecs_service'), { name: 'monolith-service', desired_count: 2, launch_type: 'FARGATE' });
  t.regex(out.one('aws_ecs_service').network_configuration.subnets.join(), /private-0.*private-1/);
  const group = out.one('aws_lb_target_group');
  t.like(group, { name: 'monolith-cntr-tg', target_type: 'ip', port: 3000 });
  t.like(group.health_check, { interval: 6, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 2 });
});

test('production traffic comes to a service only when it is steady', (t) => {
  const out = services(forum('microservices'));
  for (const [name, rule] of Object.entries<Json>(out.json.resource.aws_lb_listener_rule)) {
    if (!production(out).includes(rule)) continue;
    t.regex([...waitsFor(out, `aws_lb_listener_rule.${name}`)].join(), /aws_ecs_service\./, name);
  }
});

test('the monolith goes to zero only when every path is taken', (t) => {
  const out = services(forum('microservices'));
  const before = waitsFor(
    out,
    addressOf(out, 'aws_ecs_service', (service) => service.name === 'monolith-service'),
  );
  for (const path of ['/api/users*', '/api/posts*', '/api/threads*']) {
    t.true(
      before.has(
        addressOf(out, 'aws_lb_listener_rule', (rule) => production(out).includes(rule) && pattern(rule) === path),
      ),
    );
  }
  t.true(before.has(addressOf(out, 'aws_lb_listener_rule', (rule) => rule.priority === 800)));
});

test('the instances go only when the containers have taken over', (t) => {
  const out = services(forum('containers'));
  const before = waitsFor(
    out,
    addressOf(out, 'aws_autoscaling_group', () => true),
  );
  t.true(before.has(addressOf(out, 'aws_lb_listener_rule', (rule) => production(out).includes(rule))));
});

test('no two rules of a listener share a priority, and the newer catch-all stands in front', (t) => {
  for (const stage of STAGE_NAMES) {
    const rules = services(forum(stage)).all('aws_lb_listener_rule');
    const keys = rules.map((rule) => `${rule.listener_arn} ${rule.priority}`);
    t.is(new Set(keys).size, keys.length);
  }
});

test('tags and systems', (t) => {
  t.true(container(forum('microservices', { CUTOVER_TAGS: 'threads=v2' }), 'threads-task-def').image.endsWith(':v2'));
  const all = Object.keys(stacksOf({ CUTOVER_SYSTEM: 'all' }));
  t.true(all.includes('interstella-services') && all.includes('interstella-forum-services'));
  t.is(all.filter((name) => name.endsWith('-network')).length, 1);
  t.false(Object.keys(stacksOf()).some((name) => name.includes('forum')));
});

test('the forum is private but for port 80, and its roles name every action', (t) => {
  const stacks = forum('microservices');
  const open = stacks['interstella-forum-edge']!.all('aws_vpc_security_group_ingress_rule');
  t.deepEqual(
    open.filter((rule) => rule.cidr_ipv4 === '0.0.0.0/0').map((rule) => rule.from_port),
    [80],
  );
  t.like(services(stacks).one('aws_s3_bucket_public_access_block'), {
    block_public_acls: true,
    restrict_public_buckets: true,
  });
  for (const { policy } of services(stacks).all('aws_iam_role_policy')) t.notRegex(policy, /"[a-z0-9]+:[A-Za-z]*\*"/);
});

test("the workshop's roles: shared by every task, CodeDeploy's with AWS's own policy", (t) => {
  const out = services(forum('microservices'));
  const names = out.all('aws_iam_role').map((role) => role.name);
  for (const name of ['ECSTaskRole', 'ECSTaskExecutionRole', 'ecsCodeDeployServiceRole']) t.true(names.includes(name));
  for (const task of out.all('aws_ecs_task_definition')) {
    t.regex(task.execution_role_arn, /roles_execution_/);
    t.regex(task.task_role_arn, /roles_task_/);
  }
  const policies = out.all('aws_iam_role_policy_attachment').map((attachment) => attachment.policy_arn);
  t.true(policies.some((arn) => arn.endsWith(':iam::aws:policy/AWSCodeDeployRoleForECS')));
  t.false(
    services(forum('containers'))
      .all('aws_iam_role')
      .some((role) => role.name === 'ecsCodeDeployServiceRole'),
  );
  t.deepEqual(out.all('aws_iam_service_linked_role'), []);
});

test('on instances a tag must be a build here; an image may be of another', (t) => {
  t.is(services(forum('monolith', { CUTOVER_TAGS: 'forum=v2' })).one('aws_s3_object').key, 'api/v2.cjs');
  t.throws(() => forum('monolith', { CUTOVER_TAGS: 'forum=ci-71' }), {
    message: /tags\.forum[\s\S]*"ci-71"[\s\S]*latest, v2[\s\S]*CUTOVER_TAGS/,
  });
  const stacks = forum('containers', { CUTOVER_TAGS: 'forum=ci-71' });
  t.true(container(stacks, 'monolith-task-def').image.endsWith(':ci-71'));
  t.is(services(stacks).one('aws_s3_object').key, 'api/latest.cjs');
});
