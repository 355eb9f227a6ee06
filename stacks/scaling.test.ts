import test from 'ava';
import type { Json, Synthesized } from '../modules/testing/synth.ts';
import { ENVIRONMENTS } from './environments.ts';
import { atScale, SCALE_NAMES } from './scales.ts';
import { readSettings } from './settings.ts';
import { STAGE_NAMES } from './stages.ts';
import { container, named, type Stacks, stacksFrom, stacksOf } from './testing/stacks.ts';

const services = (stacks: Stacks): Synthesized[] => [
  stacks['interstella-services']!,
  stacks['interstella-hq']!,
  stacks['interstella-forum-services']!,
];
const all = (stacks: Stacks, type: string): Json[] => services(stacks).flatMap((stack) => stack.all(type));
const policy = (stacks: Stacks, service: string): Record<string, Json> =>
  Object.fromEntries(
    all(stacks, 'aws_appautoscaling_policy')
      .filter(({ resource_id }) => new RegExp(`target\\.${service}`).test(resource_id))
      .map((found) => [found.name, found.target_tracking_scaling_policy_configuration]),
  );
const at = (scale: string, env: Record<string, string> = {}): Stacks =>
  stacksOf({ CUTOVER_SYSTEM: 'all', CUTOVER_SCALE: scale, ...env });

for (const stage of STAGE_NAMES) {
  test(`${stage}: what is scaled starts inside its bounds, and its count is left to the scaling`, (t) => {
    const stacks = at('default', { CUTOVER_STAGE: stage });
    for (const stack of services(stacks)) {
      const running = Object.entries<Json>(stack.json.resource.aws_ecs_service ?? {});
      const targets = stack.all('aws_appautoscaling_target');
      for (const [address, service] of running) {
        const target = targets.find(({ resource_id }) => resource_id.includes(`aws_ecs_service.${address}.name`));
        t.is((service.lifecycle?.ignore_changes ?? []).includes('desired_count'), target !== undefined, address);
        if (!target) continue;
        t.true(target.min_capacity === service.desired_count && service.desired_count < target.max_capacity, address);
      }
      t.is(
        targets.length,
        running.filter(([, service]) => service.lifecycle?.ignore_changes?.includes('desired_count')).length,
      );
    }
  });
}

test('which services scale, from and to how many', (t) => {
  const bounds = (env: Record<string, string>): Record<string, [number, number]> =>
    Object.fromEntries(
      all(at('default', env), 'aws_appautoscaling_target').map(({ resource_id, min_capacity, max_capacity }) => [
        /aws_ecs_service\.([a-z]+)_/.exec(resource_id)?.[1],
        [min_capacity, max_capacity],
      ]),
    );
  const six: [number, number] = [2, 6];
  t.deepEqual(bounds({}), { monolith: [4, 8], iridium: six, magnesite: six, users: six, posts: six, threads: six });
  const twelve: [number, number] = [2, 12];
  t.deepEqual(bounds({ CUTOVER_ENVIRONMENT: 'prod' }), {
    monolith: [4, 16],
    iridium: twelve,
    magnesite: twelve,
    service: twelve,
    users: twelve,
    posts: twelve,
    threads: twelve,
  });
  // Stages take the forum's monolith to zero and back.
  t.deepEqual(bounds({ CUTOVER_STAGE: 'containers' }), { monolith: [4, 8] });
});

test('the monolith follows CPU, of what its tasks reserve, and requests at its own target group', (t) => {
  const stacks = at('default');
  const { cpu, requests } = policy(stacks, 'monolith');
  t.like(cpu, { target_value: 70, scale_in_cooldown: 300 });
  t.is(requests.target_value, 6000);
  t.regex(
    requests.predefined_metric_specification.resource_label,
    /^\$\{data\.terraform_remote_state\.[^}]*lb[^}]*arn_suffix\}\/\$\{data\.terraform_remote_state\.[^}]*target_group[^}]*arn_suffix\}$/,
  );
  t.like(container(stacks, 'interstella-monolith'), { cpu: 256, memoryReservation: 128 });
});

test('a microservice follows requests at the group of its own rule; a blue/green one CPU only', (t) => {
  const stacks = at('default');
  t.regex(
    policy(stacks, 'users')['requests'].predefined_metric_specification.resource_label,
    /\/\$\{aws_lb_target_group\.users_[\w-]+\.arn_suffix\}$/,
  );
  t.deepEqual(Object.keys(policy(stacks, 'threads')), ['cpu']);
});

test('prod scales out earlier and in later than dev', (t) => {
  const [dev, prod] = ['dev', 'prod'].map((name) => policy(at('default', { CUTOVER_ENVIRONMENT: name }), 'iridium'));
  for (const metric of ['cpu', 'requests']) {
    t.true(prod![metric].target_value < dev![metric].target_value);
    t.true(prod![metric].scale_in_cooldown > dev![metric].scale_in_cooldown);
  }
});

test('instances follow tasks; in prod with a reserve and protected', (t) => {
  const provider = (name: string): Json =>
    at('default', { CUTOVER_ENVIRONMENT: name })['interstella-cluster']!.one('aws_ecs_capacity_provider')
      .auto_scaling_group_provider;
  t.like(provider('dev'), { managed_draining: 'ENABLED', managed_termination_protection: 'DISABLED' });
  t.like(provider('dev').managed_scaling, { status: 'ENABLED', target_capacity: 100 });
  t.is(provider('prod').managed_termination_protection, 'ENABLED');
  t.is(provider('prod').managed_scaling.target_capacity, 90);
});

test('most tasks of the monolith fit the most instances, with a deployment under way', (t) => {
  // 2 vCPU; the agent and the system take some memory.
  const small = { cpuUnits: 2048, memoryMiB: 1900 };
  for (const environment of Object.values(ENVIRONMENTS)) {
    for (const scale of SCALE_NAMES) {
      const { scaling, instances, monolithTask } = atScale(environment, scale);
      t.is(instances.type, 't3.small');
      const each = Math.min(
        Math.floor(small.cpuUnits / monolithTask.cpuUnits),
        Math.floor(small.memoryMiB / monolithTask.memoryReservationMiB),
      );
      t.true(each * instances.max >= scaling.monolith!.maxTasks * 2, `${environment.key} ${scale}`);
    }
  }
});

test('small: two tasks on one instance, six need a second, and ten requests a second are a task’s share', (t) => {
  const stacks = at('small');
  const monolith = named(all(stacks, 'aws_ecs_service'), 'interstella-monolith');
  t.is(monolith.desired_count, 2);
  t.deepEqual(monolith.ordered_placement_strategy, [{ type: 'binpack', field: 'cpu' }]);
  t.like(stacks['interstella-cluster']!.one('aws_autoscaling_group'), {
    min_size: 1,
    desired_capacity: 1,
    max_size: 4,
  });
  const each = 2048 / container(stacks, 'interstella-monolith').cpu;
  t.true(each >= 2 && each < 6);
  for (const service of ['monolith', 'iridium', 'users']) {
    t.like(policy(stacks, service)['requests'], { target_value: 600, scale_out_cooldown: 60, scale_in_cooldown: 120 });
  }
  const target = all(stacks, 'aws_appautoscaling_target').find(({ resource_id }) => /monolith_/.test(resource_id));
  t.like(target, { min_capacity: 2, max_capacity: 8 });
});

test('small: targets are judged patiently, and what they have taken lasts as long as it drains', (t) => {
  const groups = Object.values(at('small')).flatMap((stack) => stack.all('aws_lb_target_group'));
  t.true(groups.length > 5);
  for (const group of groups) {
    t.is(group.deregistration_delay, '120');
    t.like(group.health_check, { interval: 15, timeout: 14, unhealthy_threshold: 5 });
  }
  for (const family of ['interstella-monolith', 'interstella-iridium', 'interstella-hq', 'threads-task-def']) {
    t.is(container(at('small'), family).stopTimeout, 120);
  }
});

test('services keep connections longer than their load balancer waits, at every scale', (t) => {
  for (const scale of SCALE_NAMES) {
    const stacks = at(scale);
    const [idle, ...others] = Object.values(stacks).flatMap((stack) =>
      stack.all('aws_lb').map((lb) => lb.idle_timeout),
    );
    t.deepEqual(others, [idle, idle]);
    const definitions = all(stacks, 'aws_ecs_task_definition').map(({ family }) => family);
    for (const family of definitions) {
      const kept = container(stacks, family).environment.find(({ name }: Json) => name === 'KEEP_ALIVE_TIMEOUT_MS');
      t.true(Number(kept.value) > idle * 1000, family);
    }
    const { user_data } = stacks['interstella-forum-services']!.one('aws_launch_template');
    t.true(Number(/KEEP_ALIVE_TIMEOUT_MS=(\d+)/.exec(user_data)?.[1]) > idle * 1000);
  }
});

test('the same resources at every scale', (t) => {
  const addresses = (stacks: Stacks): string[] =>
    Object.entries(stacks).flatMap(([name, { json }]) =>
      Object.entries<Json>(json.resource).flatMap(([type, found]) =>
        Object.keys(found).map((address) => `${name} ${type}.${address}`),
      ),
    );
  for (const CUTOVER_ENVIRONMENT of ['dev', 'prod']) {
    const env = { CUTOVER_ENVIRONMENT };
    t.deepEqual(addresses(at('small', env)), addresses(at('default', env)));
  }
});

test('an environment without scaling has none, and its counts are Terraform’s', (t) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'all' });
  const stacks = stacksFrom({ ...settings, environment: { ...settings.environment, scaling: {} } });
  t.deepEqual(all(stacks, 'aws_appautoscaling_target'), []);
  for (const { lifecycle } of all(stacks, 'aws_ecs_service')) {
    t.false((lifecycle?.ignore_changes ?? []).includes('desired_count'));
  }
});

test('requests as data of a blue/green service are refused at synthesis', (t) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'forum' });
  const threads = { minTasks: 2, maxTasks: 4, requestsPerMinute: 600 };
  const { environment } = settings;
  t.throws(
    () => stacksFrom({ ...settings, environment: { ...environment, scaling: { ...environment.scaling, threads } } }),
    { message: /blue\/green/ },
  );
});
