/** Changing a stack changes the plane's behaviour: nothing under local/ knows the stacks. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
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
  const grown = await plane.until('every service is steady', allSteady, 90);
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
