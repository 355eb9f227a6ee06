/** A request that is sent twice with one client token, and what definitions keep of what has no effect here, by the SDK. */
import {
  CreateServiceCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import test from 'ava';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const ecs = new ECSClient(clientConfig(plane.endpoint));

const run = async (clientToken: string, count = 1) => {
  const answer = await ecs.send(new RunTaskCommand({ cluster: 'shop', taskDefinition: 'orders', count, clientToken }));
  return answer.tasks?.map(({ taskArn }) => taskArn);
};

test.serial(
  'RunTask with a token runs once; another request with it is a conflict; without one each is its own',
  async (t) => {
    const first = await run('token-1');
    t.deepEqual(await run('token-1'), first);
    t.notDeepEqual(await run('token-2'), first);
    await t.throwsAsync(run('token-1', 2), { name: 'ConflictException' });
    t.notDeepEqual(await run(''), await run(''));
  },
);

test.serial('CreateService with a token answers again; without it the name is taken', async (t) => {
  const input = { cluster: 'shop', serviceName: 'twice', taskDefinition: 'orders', desiredCount: 0 };
  const create = async (clientToken: string) =>
    (await ecs.send(new CreateServiceCommand({ ...input, clientToken }))).service;
  const first = await create('token');
  t.is(first?.availabilityZoneRebalancing, 'DISABLED');
  t.is((await create('token'))?.serviceArn, first?.serviceArn);
});

test.serial('options of logs and protocols of ports that have no effect are told as they were given', async (t) => {
  const options = { 'awslogs-group': 'g', 'awslogs-region': 'r', mode: 'non-blocking', 'max-buffer-size': '25m' };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'kept',
      containerDefinitions: [
        {
          name: 'a',
          image: 'x',
          memory: 64,
          portMappings: [{ containerPort: 80, name: 'web', appProtocol: 'http2' }],
          logConfiguration: { logDriver: 'awslogs', options },
        },
      ],
    }),
  );
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'kept' }));
  const [container] = taskDefinition?.containerDefinitions ?? [];
  t.deepEqual(container?.logConfiguration?.options, options);
  t.is(container?.portMappings?.[0]?.appProtocol, 'http2');
});
