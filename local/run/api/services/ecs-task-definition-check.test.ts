/** Definitions that AWS does not register, over the wire. */
import test from 'ava';
import { startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

async function register(definition: object): Promise<{ status: number; code?: string; message?: string }> {
  const headers = { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition' };
  const response = await fetch(plane.endpoint, { method: 'POST', headers, body: JSON.stringify(definition) });
  const body = (await response.json()) as { __type?: string; message?: string };
  return { status: response.status, code: body.__type ?? '', message: body.message ?? '' };
}

const container = { name: 'a', image: 'shop-orders', memory: 128 };
const other = { ...container, name: 'b' };
const check = { command: ['CMD', 'true'] };
const fargate = {
  family: 'f',
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  containerDefinitions: [container],
};
const ec2 = (...containerDefinitions: object[]) => ({ family: 'e', containerDefinitions });

for (const [what, definition, message] of [
  ['no such size', { ...fargate, cpu: '100' }, /No Fargate configuration exists for given values: 100 CPU, 512 memory/],
  ['a size of another CPU', { ...fargate, memory: '4096' }, /No Fargate configuration.*256 CPU, 4096 memory/],
  ['no size', { ...fargate, cpu: undefined }, /cpu and memory set at the task level/],
  ['another network', { ...fargate, networkMode: 'bridge' }, /only supports network mode/],
  ['a stop of 3 minutes', { ...fargate, containerDefinitions: [{ ...container, stopTimeout: 180 }] }, /at most 120/],
  ['a container larger than its task', { ...fargate, containerDefinitions: [{ ...container, memory: 1024 }] }, /512/],
  [
    'a host port of its own under awsvpc',
    { ...fargate, containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80, hostPort: 8080 }] }] },
    /host ports and container ports in port mappings must match/,
  ],
  ['one name twice', ec2(container, container), /unique: 'a'/],
  ['nobody essential', ec2({ ...container, essential: false }), /essential/],
  ['no memory', ec2({ name: 'a', image: 'x' }), /'memory' or 'memoryReservation'/],
  ['less than reserved', ec2({ ...container, memoryReservation: 256 }), /'memoryReservation'/],
  ['a bare health command', ec2({ ...container, healthCheck: { command: ['curl'] } }), /CMD-SHELL/],
  ['a stranger waited for', ec2({ ...container, dependsOn: [{ containerName: 'z', condition: 'START' }] }), /'z'/],
  [
    'health of one without a check',
    ec2({ ...container, dependsOn: [{ containerName: 'b', condition: 'HEALTHY' }] }, other),
    /HEALTHY/,
  ],
  [
    'a cycle',
    ec2(
      { ...container, dependsOn: [{ containerName: 'b', condition: 'START' }] },
      { ...other, dependsOn: [{ containerName: 'a', condition: 'START' }] },
    ),
    /cycle: a, b/,
  ],
] as const) {
  test(`refused: ${what}`, async (t) => {
    const answer = await register(definition);
    t.deepEqual([answer.status, answer.code], [400, 'ClientException']);
    t.regex(answer.message ?? '', message);
  });
}

test('taken: every condition met', async (t) => {
  const waiting = { ...container, dependsOn: [{ containerName: 'b', condition: 'HEALTHY' }] };
  t.is((await register(ec2(waiting, { ...other, essential: false, healthCheck: check }))).status, 200);
  t.is((await register(fargate)).status, 200);
  // Not asked for, Fargate is no reason to refuse: it runs on instances.
  t.is((await register({ ...fargate, cpu: '100', requiresCompatibilities: undefined })).status, 200);
});
