/** What was made through the endpoint outlives a plane that is killed, and nothing else does. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CodeDeployClient, RegisterApplicationRevisionCommand } from '@aws-sdk/client-codedeploy';
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import * as ecsClient from '@aws-sdk/client-ecs';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import test, { type ExecutionContext } from 'ava';
import { apiKey, usagePlan } from '../rest-api/testing/builders.ts';
import * as build from './testing/builders.ts';
import { clientConfig, startApi } from './testing/plane.ts';
import { query } from './testing/query.ts';

async function folder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-made-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'endpoint.json');
}

const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
type Plane = Awaited<ReturnType<typeof startApi>>;
const ecsOf = (plane: Plane) => new ecsClient.ECSClient(clientConfig(plane.endpoint));
const elbOf = (plane: Plane) => new elb.ElasticLoadBalancingV2Client(clientConfig(plane.endpoint));

/** A cluster, a group behind a listener of its own, and a service in them. */
async function make(plane: Plane): Promise<{ group: string; listener: string }> {
  const ecs = ecsOf(plane);
  const balancer = elbOf(plane);
  await ecs.send(new ecsClient.CreateClusterCommand({ clusterName: 'extra' }));
  const input = { Name: 'extra', VpcId: 'v', Port: 3000, Protocol: 'HTTP', TargetType: 'ip' } as const;
  const { TargetGroups } = await balancer.send(new elb.CreateTargetGroupCommand(input));
  const group = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const { Listeners } = await balancer.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: build.loadBalancer.arn,
      Port: 9090,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group }],
    }),
  );
  await ecs.send(
    new ecsClient.CreateServiceCommand({
      cluster: 'extra',
      serviceName: 'extra',
      taskDefinition: 'threads',
      desiredCount: 1,
      launchType: 'FARGATE',
      loadBalancers: [{ targetGroupArn: group, containerName: 'threads-cntr', containerPort: 3000 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    }),
  );
  await ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'extra', service: 'extra', desiredCount: 3 }));
  return { group, listener: Listeners?.[0]?.ListenerArn ?? '' };
}

test('what was made is there again after the stacks are applied; what was removed is not', async (t) => {
  const madeFile = await folder(t);
  const first = await startApi({ madeFile });
  const { group, listener } = await make(first);
  const revision = { revisionType: 'AppSpecContent', appSpecContent: { content: '{}' } } as const;
  await new CodeDeployClient(clientConfig(first.endpoint)).send(
    new RegisterApplicationRevisionCommand({ applicationName: 'threadsApp', revision }),
  );
  await ecsOf(first).send(new ecsClient.DeregisterTaskDefinitionCommand({ taskDefinition: 'orders:1' }));
  const gone = {
    ...(await elbOf(first).send(
      new elb.CreateTargetGroupCommand({ Name: 'gone', VpcId: 'v', Port: 1, Protocol: 'HTTP' }),
    )),
  };
  await elbOf(first).send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: gone.TargetGroups?.[0]?.TargetGroupArn }));
  await new CloudWatchLogsClient(clientConfig(first.endpoint)).send(
    new CreateLogGroupCommand({ logGroupName: '/ecs/extra' }),
  );
  await new SSMClient(clientConfig(first.endpoint)).send(
    new PutParameterCommand({ Name: '/extra', Value: 'v', Type: 'String' }),
  );
  await new ECRClient(clientConfig(first.endpoint)).send(new CreateRepositoryCommand({ repositoryName: 'extra' }));
  await query(first.endpoint, '2010-05-08', 'CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' });
  await settled();
  await first.close();

  const second = await startApi({ madeFile, resume: true });
  t.teardown(() => second.close());
  t.false(
    second.balancer.listeners().some(({ arn }) => arn === listener),
    'nothing before the stacks are applied',
  );
  await second.restore();
  t.true(second.balancer.targetGroups().some(({ arn }) => arn === group));
  t.false(second.balancer.targetGroups().some(({ name }) => name === 'gone'));
  t.true(second.balancer.listeners().some(({ arn, port }) => arn === listener && port === 9090));
  t.is(second.logs.groups()[0]?.name, '/ecs/extra');
  t.is(second.parameters.get('/extra')?.value, 'v');
  const repositories = new DescribeRepositoriesCommand({ repositoryNames: ['extra'] });
  await t.notThrowsAsync(new ECRClient(clientConfig(second.endpoint)).send(repositories));
  const role = await query(second.endpoint, '2010-05-08', 'GetRole', { RoleName: 'AWSServiceRoleForECS' });
  t.is(role.status, 200);
  const { services } = await ecsOf(second).send(
    new ecsClient.DescribeServicesCommand({ cluster: 'extra', services: ['extra'] }),
  );
  t.like(services?.[0], { status: 'ACTIVE', desiredCount: 3 });
  const { taskDefinition } = await ecsOf(second).send(
    new ecsClient.DescribeTaskDefinitionCommand({ taskDefinition: 'orders:1' }),
  );
  t.is(taskDefinition?.status, 'INACTIVE');
});

test('a plane that begins anew has none of it', async (t) => {
  const madeFile = await folder(t);
  const first = await startApi({ madeFile });
  await make(first);
  await settled();
  await first.close();
  const second = await startApi({ madeFile });
  t.teardown(() => second.close());
  await second.restore();
  t.false(second.balancer.targetGroups().some(({ name }) => name === 'extra'));
});

test('what cannot come back is told, the rest comes back; a file that is none is ignored', async (t) => {
  const madeFile = await folder(t);
  const first = await startApi({ madeFile });
  await make(first);
  await settled();
  await first.close();
  const saved = JSON.parse(await readFile(madeFile, 'utf8'));
  saved.resources.services[0].taskDefinitionArn = 'arn:none';
  await writeFile(madeFile, JSON.stringify(saved));
  const refusing = {
    put: () => {
      throw new Error('the name is taken');
    },
    remove: () => undefined,
  };
  const second = await startApi({ madeFile, resume: true, refusing: { clusters: refusing } });
  t.teardown(() => second.close());
  await second.restore();
  const told = second.events.since(0).find(({ code }) => code === 'RESOURCE_NOT_RESTORED');
  t.regex(told?.message ?? '', /the name is taken/);
  t.true(second.balancer.targetGroups().some(({ name }) => name === 'extra'));

  await settled();
  await writeFile(madeFile, '{"version": 1');
  const third = await startApi({ madeFile, resume: true });
  t.teardown(() => third.close());
  await third.restore();
  t.regex(third.events.since(0)[0]?.message ?? '', /cannot be read and is ignored/);
});

/** `POST` and `DELETE` of API Gateway, as its clients send them. */
async function gateway(plane: Plane, method: string, path: string, body?: object): Promise<{ id: string }> {
  const answer = await fetch(`${plane.endpoint}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  return text ? (JSON.parse(text) as { id: string }) : { id: '' };
}

test('API keys and their plans come back, as long as the plan is there; a key whose value the stacks took meanwhile does not', async (t) => {
  const madeFile = await folder(t);
  const plans = async (plane: Plane, ...ids: readonly string[]): Promise<Plane> => {
    for (const id of ids)
      await plane.restApis.handlers.restUsagePlans.put(usagePlan(id), null, new AbortController().signal);
    return plane;
  };
  const first = await plans(await startApi({ madeFile }), 'kept', 'dropped');
  const key = (value: string) => gateway(first, 'POST', '/apikeys', { name: 'acme', enabled: true, value });
  const kept = await key('a-value-of-twenty-characters');
  const gone = await key('another-of-twenty-characters');
  const taken = await key('one-that-the-stacks-will-take');
  for (const plan of ['kept', 'dropped'])
    await gateway(first, 'POST', `/usageplans/${plan}/keys`, {
      keyId: plan === 'kept' ? kept.id : taken.id,
      keyType: 'API_KEY',
    });
  await gateway(first, 'DELETE', `/apikeys/${gone.id}`);
  await settled();
  await first.close();

  const second = await plans(await startApi({ madeFile, resume: true }), 'kept');
  t.teardown(() => second.close());
  const { registry, handlers } = second.restApis;
  const own = { ...apiKey('own', 'one-that-the-stacks-will-take'), name: 'own' };
  await handlers.restApiKeys.put(own, null, new AbortController().signal);
  await second.restore();
  t.deepEqual([...registry.keys.values()].map(({ id }) => id).sort(), [kept.id, 'own'].sort());
  t.true(registry.keys.get('a-value-of-twenty-characters')?.enabled);
  t.deepEqual(
    registry.plansOf(kept.id).map(({ id }) => id),
    ['kept'],
  );
  t.deepEqual(registry.plansOf(taken.id), []);
  const told = second.events.since(0).filter(({ code }) => code === 'RESOURCE_NOT_RESTORED');
  t.deepEqual(told.map(({ message }) => /API Key already exists|Invalid Usage Plan ID/.exec(message)?.[0]).sort(), [
    'API Key already exists',
    'Invalid Usage Plan ID',
  ]);
});
