/** Inputs that AWS refuses, with AWS's codes in the shape of each protocol; and questions about what is not there. */
import test from 'ava';
import { startApi } from './testing/plane.ts';

const JSON_SERVICES = {
  ecs: 'AmazonEC2ContainerServiceV20141113',
  ssm: 'AmazonSSM',
  codedeploy: 'CodeDeploy_20141006',
} as const;

async function ask(endpoint: string, target: string, input: unknown): Promise<{ status: number; text: string }> {
  const [service = '', action] = target.split('.');
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${JSON_SERVICES[service as keyof typeof JSON_SERVICES]}.${action}`,
    },
    body: JSON.stringify(input),
  });
  return { status: answer.status, text: await answer.text() };
}

const RUN = { cluster: 'shop', taskDefinition: 'orders' };

for (const [target, input, code] of [
  ['ecs.DescribeServices', { cluster: 'shop' }, 'InvalidParameterException'],
  ['ecs.DescribeServices', { cluster: 5, services: ['a'] }, 'SerializationException'],
  ['ecs.DescribeServices', { cluster: 5 }, 'SerializationException'],
  ['ecs.DescribeClusters', { include: ['NONSENSE'] }, 'InvalidParameterException'],
  ['ecs.UpdateService', { cluster: 'shop', service: 'orders', desiredCount: 'two' }, 'SerializationException'],
  ['ecs.UpdateService', { cluster: 'shop', service: 'orders', desiredCount: -1 }, 'InvalidParameterException'],
  ['ecs.RunTask', { ...RUN, overrides: { containerOverrides: [{ name: 'nope' }] } }, 'InvalidParameterException'],
  ['ecs.ListContainerInstances', { cluster: 'shop', filter: '((garbage' }, 'InvalidParameterException'],
  ['ecs.ListContainerInstances', { cluster: 'shop', filter: 'attribute:x =~ [' }, 'InvalidParameterException'],
  ['ssm.GetParameters', { Names: Array.from({ length: 11 }, () => 'a') }, 'ValidationException'],
  ['codedeploy.GetDeployment', { deploymentId: { not: 'a text' } }, 'SerializationException'],
] as const)
  test(`${target} ${JSON.stringify(input).slice(0, 90)} is ${code}`, async (t) => {
    const plane = await startApi();
    t.teardown(() => plane.close());
    const { status, text } = await ask(plane.endpoint, target, input);
    t.is(status, 400);
    t.is((JSON.parse(text) as { __type: string }).__type, code, text);
  });

for (const [input, code] of [
  [{ Action: 'DescribeTargetHealth', Version: '2015-12-01' }, 'ValidationError'],
  [{ Action: 'DescribeLoadBalancers', Version: '2015-12-01', 'LoadBalancerArns.member.1': 'x' }, 'ValidationError'],
  [{ Action: 'PutMetricData', Version: '2010-08-01', Namespace: 'n' }, 'MissingParameter'],
  [{ Action: 'PutMetricData', Version: '2010-08-01', Namespace: 'n', MetricData: '' }, 'MissingParameter'],
  [{ Action: 'GetMetricStatistics', Version: '2010-08-01', Namespace: 'n' }, 'MissingParameter'],
] as const)
  test(`${JSON.stringify(input)} is ${code}`, async (t) => {
    const plane = await startApi();
    t.teardown(() => plane.close());
    const answer = await fetch(plane.endpoint, { method: 'POST', body: new URLSearchParams(input) });
    t.is(answer.status, 400);
    t.regex(await answer.text(), new RegExp(`<Code>${code}</Code>`));
  });

test('what is not there is a failure named by its ARN, and a filter finds instances', async (t) => {
  const plane = await startApi();
  t.teardown(() => plane.close());
  const providers = await ask(plane.endpoint, 'ecs.DescribeCapacityProviders', { capacityProviders: ['nope'] });
  t.like(JSON.parse(providers.text), { capacityProviders: [], failures: [{ reason: 'MISSING' }] });
  const listed = async (filter?: string) => {
    const { text } = await ask(plane.endpoint, 'ecs.ListContainerInstances', { cluster: 'shop', filter });
    return (JSON.parse(text) as { containerInstanceArns: string[] }).containerInstanceArns.length;
  };
  const all = await listed();
  t.true(all > 0);
  t.is(await listed('attribute:ecs.instance-type =~ .*'), all);
  t.is(await listed('attribute:ecs.instance-type == none.such'), 0);
});
