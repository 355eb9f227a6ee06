/** Each refusal: its code, its exit code, and nothing left running. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { cutover, synthesized, TestPlane } from './cutover.ts';

type Stack = { resource: Record<string, Record<string, Record<string, unknown>>> };

const plane = new TestPlane(31_566);

/** Finds the stack file that holds a resource type, changes it, and runs `up --json` on the result. */
async function upWith(
  type: string,
  change: (resources: Record<string, Record<string, unknown>>, stack: Stack) => void,
  stackName = /./,
) {
  const { dir, remove } = await synthesized('monolith');
  try {
    const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as {
      stacks: Record<string, { synthesizedStackPath: string }>;
    };
    for (const [name, { synthesizedStackPath }] of Object.entries(manifest.stacks)) {
      const file = join(dir, synthesizedStackPath);
      const stack = JSON.parse(await readFile(file, 'utf8')) as Stack;
      const resources = stack.resource?.[type];
      if (!resources || !stackName.test(name)) continue;
      change(resources, stack);
      await writeFile(file, JSON.stringify(stack));
      break;
    }
    const result = await cutover('up', '--detach', ...plane.flags, '--synth', dir, '--json');
    const error = (JSON.parse(result.stdout) as { error: { code: string; address: string | null; fix: string | null } })
      .error;
    return { code: result.code, error };
  } finally {
    await plane.down();
    await remove();
  }
}

const first = (resources: Record<string, Record<string, unknown>>): Record<string, unknown> =>
  Object.values(resources)[0] ?? {};

test.afterEach.always(async (t) => {
  t.deepEqual(await plane.leftovers(), []);
});

test.serial('an unknown resource type', async (t) => {
  const { code, error } = await upWith('aws_lb', (_r, stack) => {
    stack.resource['aws_quantum_gate'] = { q: { name: 'q' } };
  });
  t.is(code, 3);
  t.is(error.code, 'UNSUPPORTED_RESOURCE');
  t.regex(error.fix ?? '', /--allow/);
});

test.serial('a dangling reference', async (t) => {
  const { code, error } = await upWith('aws_lb_listener', (r) => {
    first(r)['load_balancer_arn'] = '${aws_lb.nowhere.arn}';
  });
  t.is(code, 3);
  t.is(error.code, 'DANGLING_REFERENCE');
});

test.serial('two rules on one priority, or two listeners on one port', async (t) => {
  const { code, error } = await upWith('aws_lb_listener', (r) => {
    r['twin'] = { ...first(r) };
  });
  t.is(code, 3);
  t.is(error.code, 'PORT_CLASH');
});

test.serial('a task that fits no instance', async (t) => {
  const { code, error } = await upWith(
    'aws_ecs_task_definition',
    (r) => {
      const bridge = Object.values(r).find((d) => d['network_mode'] === 'bridge') ?? {};
      bridge['container_definitions'] = String(bridge['container_definitions']).replace(
        /"memoryReservation" ?: ?\d+|\\"memoryReservation\\" ?: ?\d+/,
        (m) => m.replace(/\d+/, '999999'),
      );
    },
    /services/,
  );
  t.is(code, 3);
  t.is(error.code, 'TASK_FITS_NO_INSTANCE');
});

test.serial('an image with no build', async (t) => {
  const { code, error } = await upWith(
    'aws_ecs_task_definition',
    (r) => {
      const bridge = Object.values(r).find((d) => d['network_mode'] === 'bridge') ?? {};
      bridge['container_definitions'] = String(bridge['container_definitions']).replace(/:latest/, ':no-such-tag');
    },
    /services/,
  );
  t.is(code, 3);
  t.is(error.code, 'IMAGE_NOT_FOUND');
});

test.serial('stack JSON that is no JSON, and a folder that is not there', async (t) => {
  const { dir, remove } = await synthesized('monolith');
  t.teardown(remove);
  await writeFile(join(dir, 'manifest.json'), '{ broken');
  const broken = await cutover('up', '--detach', ...plane.flags, '--synth', dir, '--json');
  t.is(broken.code, 3);
  const missing = await cutover('up', '--detach', ...plane.flags, '--synth', join(dir, 'nowhere'), '--json');
  t.is(missing.code, 3);
  t.is(JSON.parse(missing.stdout).error.code, 'STACK_UNREADABLE');
});

test.serial('a port that is taken is an environment error', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: plane.portBase }, resolve));
  t.teardown(() => server.close());
  const result = await cutover('up', '--detach', ...plane.flags, '--stage', 'monolith', '--json');
  t.is(result.code, 4);
  t.is(JSON.parse(result.stdout).error.code, 'PORT_IN_USE');
});

for (const args of [
  ['up', '--clock-rate', '0'],
  ['up', '--stage', 'nope'],
  ['frobnicate'],
  ['rehearse', '--profile', 'nope'],
  ['load', 'orders', '--rate', '-3'],
  ['rehearse', '--from', 'microservices', '--to', 'monolith'],
]) {
  test.serial(`a bad flag: ${args.join(' ')}`, async (t) => {
    const { code, stdout } = await cutover(...args, '--json');
    t.is(code, 2, stdout);
    t.truthy(JSON.parse(stdout).error.message);
  });
}

test.serial('commands that need a plane say so when there is none', async (t) => {
  for (const command of ['status', 'ps', 'events', 'logs']) {
    const { code, stdout } = await cutover(command, ...plane.flags, '--json');
    t.is(code, 4);
    t.is(JSON.parse(stdout).error.code, 'PLANE_NOT_RUNNING');
  }
  t.is((await cutover('down', ...plane.flags)).code, 0);
});
