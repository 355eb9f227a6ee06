/** What the workshops have the reader type in, name by name and number by number, as the stacks have it (docs/workshops.md). */
import test from 'ava';
import type { Json } from '../modules/testing/synth.ts';
import { type Stacks, stacksOf } from './testing/stacks.ts';

const all = (stacks: Stacks, type: string): Json[] => Object.values(stacks).flatMap((stack) => stack.all(type));

function only(stacks: Stacks, type: string, like: Json): Json {
  const [attribute, value] = Object.entries(like)[0] ?? ['', ''];
  const found = all(stacks, type).filter((resource) => resource[attribute] === value);
  if (found.length !== 1) throw new Error(`${found.length} of ${type} with ${attribute} ${value}`);
  return found[0];
}

function containerOf(stacks: Stacks, family: string): Json {
  const [one, ...others] = JSON.parse(only(stacks, 'aws_ecs_task_definition', { family }).container_definitions);
  if (others.length > 0) throw new Error(`${family} has several containers`);
  return one;
}

const priorities = (stacks: Stacks): Json =>
  Object.fromEntries(
    all(stacks, 'aws_lb_listener_rule').map(({ condition, priority }) => [
      condition[0].path_pattern.values[0],
      priority,
    ]),
  );

/** As the forum's target groups are made by hand; Interstella's have the same. */
const HEALTH = { interval: 6, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 2, protocol: 'HTTP' };

const interstella = stacksOf({ CUTOVER_SYSTEM: 'logistics', CUTOVER_STAGE: 'microservices' });
const forum = stacksOf({ CUTOVER_SYSTEM: 'forum', CUTOVER_STAGE: 'microservices' });

test('Interstella: the monolith', (t) => {
  const monolith = containerOf(interstella, 'interstella-monolith');
  t.like(monolith, { name: 'interstella-monolith', memoryReservation: 128 });
  t.like(monolith.portMappings, [{ containerPort: 5000, hostPort: 0 }]);
  t.is(monolith.logConfiguration.logDriver, 'awslogs');
  t.truthy(only(interstella, 'aws_cloudwatch_log_group', { name: 'interstella-monolith' }));
  t.like(only(interstella, 'aws_lb_target_group', { name: 'interstella-monolith' }), { port: 5000 });
  t.truthy(only(interstella, 'aws_lb', { name: 'interstella' }));
});

test('Interstella: iridium and magnesite on Fargate', (t) => {
  for (const [name, priority] of [['iridium', 1] as const, ['magnesite', 2] as const]) {
    const family = `interstella-${name}`;
    const definition = only(interstella, 'aws_ecs_task_definition', { family });
    t.like(definition, { cpu: '256', memory: '512', network_mode: 'awsvpc' });
    const container = containerOf(interstella, family);
    t.like(container, { name: family, memoryReservation: 128 });
    t.like(container.portMappings, [{ containerPort: 80 }]);
    t.true(container.environment.some((one: Json) => one.name === 'monolithUrl' && /dns_name/.test(one.value)));
    t.is(only(interstella, 'aws_lb_target_group', { name: family }).health_check.path, `/${name}/`);
    t.is(priorities(interstella)[`/${name}*`], priority);
  }
});

test('forum: services, target groups and log groups', (t) => {
  const services = { monolith: 'monolith-service', users: 'users', posts: 'posts', threads: 'threads' };
  for (const [name, service] of Object.entries(services)) {
    t.like(only(forum, 'aws_ecs_task_definition', { family: `${name}-task-def` }), { cpu: '256', memory: '512' });
    const container = containerOf(forum, `${name}-task-def`);
    t.like(container, { name: `${name}-cntr`, memoryReservation: 128, essential: true });
    t.like(container.portMappings, [{ containerPort: 3000, protocol: 'tcp' }]);
    t.truthy(only(forum, 'aws_cloudwatch_log_group', { name: `/ecs/${name}-task-def` }));
    t.like(only(forum, 'aws_ecs_service', { name: service }), { launch_type: 'FARGATE' });
  }
  for (const name of ['monolith-cntr-tg', 'users-tg', 'posts-tg', 'threads-tg', 'threads-tg-2']) {
    t.like(only(forum, 'aws_lb_target_group', { name }), { port: 3000, protocol: 'HTTP', target_type: 'ip' });
    t.is(only(forum, 'aws_lb_target_group', { name }).health_check.path, '/');
  }
  t.like(priorities(forum), { '/api/users*': 1, '/api/posts*': 2, '/api/threads*': 3 });
});

test('both: health checks as the workshop sets them', (t) => {
  for (const group of [...all(interstella, 'aws_lb_target_group'), ...all(forum, 'aws_lb_target_group')]) {
    t.like(group.health_check, HEALTH, group.name);
  }
});

test('forum: CodeDeploy and its hook', (t) => {
  t.like(all(forum, 'aws_codedeploy_app'), [{ name: 'threadsApp', compute_platform: 'ECS' }]);
  const [group] = all(forum, 'aws_codedeploy_deployment_group');
  t.like(group, {
    deployment_group_name: 'threadsDG',
    deployment_config_name: 'CodeDeployDefault.ECSAllAtOnce',
    deployment_style: { deployment_option: 'WITH_TRAFFIC_CONTROL', deployment_type: 'BLUE_GREEN' },
    auto_rollback_configuration: {
      enabled: true,
      events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
    },
    blue_green_deployment_config: {
      deployment_ready_option: { action_on_timeout: 'CONTINUE_DEPLOYMENT', wait_time_in_minutes: 0 },
      terminate_blue_instances_on_deployment_success: { action: 'TERMINATE', termination_wait_time_in_minutes: 5 },
    },
  });
  t.true(all(forum, 'aws_lb_listener').some(({ port }) => port === 8080));
  const [hook] = all(forum, 'aws_lambda_function');
  t.like(hook, { function_name: 'CodeDeployHook_pre-traffic-hook', handler: 'pre-traffic-hook.handler' });
  t.regex(hook.environment.variables.TargetUrl, /^http:\/\/.*dns_name\}:8080\/api\/threads$/);
});
