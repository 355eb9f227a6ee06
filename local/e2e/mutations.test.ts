/** Changing a stack changes the plane's behaviour: nothing under local/ knows the stacks. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Status } from '../status.ts';
import { allSteady, cutover, sendOrder, synthesized, TestPlane, urlOf } from './cutover.ts';

type Resources = Record<string, Record<string, unknown>>;
type Stack = { resource: Record<string, Resources> };

const plane = new TestPlane(18_566);

/** Edits every stack file of a synthesized folder. */
async function edit(dir: string, change: (stack: Stack) => void): Promise<void> {
  const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, { synthesizedStackPath: string }>;
  };
  for (const { synthesizedStackPath } of Object.values(manifest.stacks)) {
    const file = join(dir, synthesizedStackPath);
    const stack = JSON.parse(await readFile(file, 'utf8')) as Stack;
    change(stack);
    await writeFile(file, JSON.stringify(stack));
  }
}

const all = (stack: Stack, type: string): [string, Record<string, unknown>][] =>
  Object.entries(stack.resource?.[type] ?? {});

test.serial('rule path, priority, port range, desired count, health path and a further service', async (t) => {
  const { dir, remove } = await synthesized('strangler');
  t.teardown(remove);
  t.teardown(() => plane.down());
  const up = await plane.up('--synth', dir);
  t.is(up.code, 0, up.stderr);
  const url = urlOf(await plane.status());
  t.is((await sendOrder(url, '/iridium/', { iridium: 1 })).status, 200);

  // Rule path and priority: /iridium moves, and what it served falls to the default action.
  await edit(dir, (stack) => {
    for (const [, rule] of all(stack, 'aws_lb_listener_rule'))
      if (JSON.stringify(rule).includes('/iridium*')) {
        rule['condition'] = [{ path_pattern: { values: ['/iridium/', '/metals*'] } }];
        rule['priority'] = 7;
      }
  });
  t.is((await plane.up('--synth', dir)).code, 0);
  const moved = (await plane.status()).loadBalancers.find((lb) => lb.name === 'interstella')?.listeners[0]?.rules ?? [];
  t.deepEqual(
    moved.map((r) => r.priority),
    [7, 'default'],
  );
  t.is((await fetch(`${url}/iridium/`)).status, 200);
  t.is((await fetch(`${url}/iridium-not-any-more`)).status, 404);

  // Desired count, of a service whose count is Terraform's (nothing scales it).
  await edit(dir, (stack) => {
    for (const [, service] of all(stack, 'aws_ecs_service'))
      if (service['name'] === 'interstella-hq') service['desired_count'] = 3;
  });
  t.is((await plane.up('--synth', dir)).code, 0);
  const scaled = await plane.until(
    'three tasks of HQ',
    (s) => s.services.find((x) => x.name === 'interstella-hq')?.runningCount === 3,
  );
  t.is(scaled.services.find((x) => x.name === 'interstella-hq')?.desiredCount, 3);

  // A further service on an image that exists, behind a rule of its own.
  await edit(dir, (stack) => {
    for (const type of [
      'aws_ecs_service',
      'aws_lb_target_group',
      'aws_lb_listener_rule',
      'aws_ecs_task_definition',
    ] as const) {
      for (const [name, resource] of all(stack, type)) {
        if (!name.includes('iridium')) continue;
        const text = JSON.stringify(resource).replaceAll(/(?<![*/\w])interstella-iridium/g, 'interstella-osmium');
        const copy = JSON.parse(
          text.replaceAll(
            /aws_(ecs_task_definition|lb_target_group|lb_listener_rule)\.([\w-]*iridium[\w-]*)/g,
            'aws_$1.$2-copy',
          ),
        ) as Record<string, unknown>;
        if (type === 'aws_lb_listener_rule') {
          copy['priority'] = 8;
          copy['condition'] = [{ path_pattern: { values: ['/osmium*'] } }];
        }
        const resources = stack.resource[type] as Resources;
        resources[`${name}-copy`] = copy;
      }
    }
  });
  const further = await plane.up('--synth', dir);
  t.is(further.code, 0, further.stderr);
  const grown = await plane.until('every service is steady', allSteady);
  t.is(grown.services.length, scaled.services.length + 1);

  t.is((await cutover('down', ...plane.flags)).code, 0);
  t.deepEqual(await plane.leftovers(), []);
});

test.serial(
  'a security group without the ports makes targets unhealthy; instances take ports from their own range',
  async (t) => {
    const { dir, remove } = await synthesized('monolith');
    t.teardown(remove);
    t.teardown(() => plane.down());
    await edit(dir, (stack) => {
      for (const [, template] of all(stack, 'aws_launch_template')) {
        const script = '#!/bin/bash\nsysctl -w net.ipv4.ip_local_port_range="45000 45050"\n';
        const old = String(template['user_data'] ?? '');
        // Whatever form the stack uses, the new user data joins the same cluster.
        const cluster =
          /ECS_CLUSTER=[^\s"\\]+/.exec(Buffer.from(old, 'base64').toString('utf8'))?.[0] ??
          /ECS_CLUSTER=[^\s"\\]+/.exec(old)?.[0];
        if (cluster)
          template['user_data'] =
            `\${base64encode(${JSON.stringify(`${script}echo ${cluster} >> /etc/ecs/ecs.config\n`)})}`;
      }
    });
    const up = await plane.up('--synth', dir);
    t.is(up.code, 0, up.stderr);
    const status = await plane.status();
    const ports =
      status.services.find((s) => s.name === 'interstella-monolith')?.tasks.map((task) => task.hostPort ?? 0) ?? [];
    t.true(ports.length >= 2);
    t.true(
      ports.every((port) => port >= 45_000 && port <= 45_050),
      `ports ${ports.join(' ')}`,
    );
  },
);

test.serial(
  'an alarm of the service fails a rolling deployment: it is rolled back, and the old version serves on',
  async (t) => {
    const { dir, remove } = await synthesized('strangler');
    t.teardown(remove);
    t.teardown(() => plane.down());
    const named = 'interstella-iridium';
    const withAlarm = (note: string) => (stack: Stack) => {
      for (const [, service] of all(stack, 'aws_ecs_service')) {
        if (service['name'] !== named) continue;
        service['alarms'] = { alarm_names: ['bad-orders'], enable: true, rollback: true };
        service['wait_for_steady_state'] = true;
        stack.resource['aws_cloudwatch_metric_alarm'] ??= {};
        stack.resource['aws_cloudwatch_metric_alarm']['bad_orders'] = {
          alarm_name: 'bad-orders',
          namespace: 'Orders',
          metric_name: 'Bad',
          statistic: 'Sum',
          period: 10,
          evaluation_periods: 1,
          threshold: 0,
          comparison_operator: 'GreaterThanThreshold',
          treat_missing_data: 'notBreaching',
        };
      }
      for (const [name, definition] of all(stack, 'aws_ecs_task_definition'))
        if (name.includes('iridium'))
          definition['container_definitions'] = String(definition['container_definitions']).replace(
            '"environment":[',
            `"environment":[{"name":"NOTE_${note}","value":"1"},`,
          );
    };
    const call = async (target: string, body: object, prefix = 'AmazonEC2ContainerServiceV20141113') => {
      const answer = await fetch(`http://127.0.0.1:${plane.portBase}`, {
        method: 'POST',
        headers: {
          'content-type': `application/x-amz-json-1.${prefix.startsWith('Gran') ? 0 : 1}`,
          'x-amz-target': `${prefix}.${target}`,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      t.is(answer.status, 200, target);
      return (await answer.text()) || '{}';
    };
    await edit(dir, withAlarm('A'));
    const up = await plane.up('--synth', dir, '--clock-rate', '10');
    t.is(up.code, 0, up.stderr);
    const iridium = (status: Status) => status.services.find(({ name }) => name === named);
    const before = iridium(await plane.status());
    const cluster = before?.cluster ?? '';
    const [shown] = (
      JSON.parse(await call('DescribeServices', { cluster, services: [named] })) as { services: unknown[] }
    ).services;
    t.like(shown, {
      deploymentConfiguration: { alarms: { alarmNames: ['bad-orders'], enable: true, rollback: true } },
    });

    await edit(dir, withAlarm('B'));
    const applying = plane.up('--synth', dir, '--clock-rate', '10');
    await plane.until(
      'the new version runs',
      (s) =>
        (iridium(s)?.deployments[0]?.runningCount ?? 0) > 0 &&
        iridium(s)?.deployments[0]?.id !== before?.deployments[0]?.id,
      90,
    );
    const bad = { Namespace: 'Orders', MetricData: [{ MetricName: 'Bad', Value: 5, Unit: 'Count' }] };
    await call('PutMetricData', bad, 'GraniteServiceVersion20100801');
    const applied = await applying;
    t.not(applied.code, 0);
    t.regex(applied.stderr, /alarm detected\. \(bad-orders\) It was rolled back to/);
    const after = iridium(await plane.until('it is steady again', (s) => iridium(s)?.steady === true, 60));
    t.is(after?.taskDefinition, before?.taskDefinition);
    t.true(after?.events.some(({ message }) => message.endsWith('deployment failed: alarm detected.')));
    t.is((await sendOrder(urlOf(await plane.status()), '/iridium/', { iridium: 1 })).status, 200);
  },
);

test.serial(
  'a daemon service: one task on every instance, also on a new one, in a new version and after a kill',
  async (t) => {
    const { dir, remove } = await synthesized('monolith');
    t.teardown(remove);
    t.teardown(() => plane.down());
    const copied = (stack: Stack, type: string): Record<string, unknown> | undefined => {
      const found = all(stack, type).find(([, one]) => JSON.stringify(one).includes('interstella-monolith'))?.[1];
      return found && (structuredClone(found) as Record<string, unknown>);
    };
    const withAgent = (note: string) => (stack: Stack) => {
      const definition = copied(stack, 'aws_ecs_task_definition');
      const service = copied(stack, 'aws_ecs_service');
      if (!definition || !service) return;
      definition['family'] = 'agent';
      definition['container_definitions'] = String(definition['container_definitions'])
        .replace('"environment":[', `"environment":[{"name":"NOTE_${note}","value":"1"},`)
        .replace('"cpu":256', '"cpu":32');
      (stack.resource['aws_ecs_task_definition'] as Resources)['agent'] = definition;
      const { name, cluster } = service;
      t.is(name, 'interstella-monolith');
      (stack.resource['aws_ecs_service'] as Resources)['agent'] = {
        name: 'agent',
        cluster,
        launch_type: 'EC2',
        scheduling_strategy: 'DAEMON',
        task_definition: '${aws_ecs_task_definition.agent.arn}',
        placement_constraints: [{ type: 'memberOf', expression: 'attribute:ecs.instance-type =~ .*' }],
      };
    };
    const agent = (status: Status) => status.services.find(({ name }) => name === 'agent');
    const active = ({ instances }: Status) => instances.filter((one) => one.status === 'ACTIVE').map(({ id }) => id);
    const onEach = (status: Status): boolean => {
      const places = agent(status)
        ?.tasks.filter((one) => one.lastStatus === 'RUNNING')
        .map((one) => one.instanceId);
      const ids = active(status);
      return ids.length === 2 && allSteady(status) && ids.toSorted().join() === places?.toSorted().join();
    };

    await edit(dir, withAgent('A'));
    const up = await plane.up('--synth', dir, '--clock-rate', '10');
    t.is(up.code, 0, up.stderr);
    const first = await plane.until('an agent on each of two instances', onEach);
    t.is(agent(first)?.desiredCount, 2);

    const [victim = ''] = active(first);
    const body = new URLSearchParams({ Version: '2016-11-15', Action: 'TerminateInstances', 'InstanceId.1': victim });
    t.is((await fetch(`http://127.0.0.1:${plane.portBase}`, { method: 'POST', body })).status, 200);
    const healed = await plane.until(
      'the new instance has its agent',
      (s) => onEach(s) && !active(s).includes(victim),
      90,
    );

    await edit(dir, withAgent('B'));
    t.is((await plane.up('--synth', dir, '--clock-rate', '10')).code, 0);
    const next = await plane.until(
      'each instance has an agent of the new version',
      (s) => onEach(s) && agent(s)?.taskDefinition !== agent(healed)?.taskDefinition,
      90,
    );
    t.deepEqual(active(next).toSorted(), active(healed).toSorted());

    process.kill(next.pid, 'SIGKILL');
    const again = await plane.up('--synth', dir, '--clock-rate', '10');
    t.is(again.code, 0, again.stderr);
    t.is(agent(await plane.until('agents are back', onEach, 90))?.runningCount, 2);
    t.is((await sendOrder(urlOf(await plane.status()))).status, 200);
  },
);
