/** A client that is set to another region than the stacks' is told; what is made is of the stacks' region. */
import test, { type ExecutionContext } from 'ava';
import { startApi } from './testing/plane.ts';

async function started(t: ExecutionContext, region: string | null) {
  const plane = await startApi({ stackPlace: () => (region === null ? null : { region, accountId: '000000000000' }) });
  t.teardown(() => plane.close());
  const call = async (signedFor: string | null, target: string, input: object, service = 'ecs') => {
    const scope = `Credential=test/20260101/${signedFor}/${service}/aws4_request`;
    const answer = await fetch(plane.endpoint, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: {
        'x-amz-target': target,
        'content-type': 'application/x-amz-json-1.1',
        ...(signedFor === null ? {} : { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=x` }),
      },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const told = () => plane.events.since(0).filter(({ code }) => code === 'OTHER_REGION');
  return { call, told };
}

const CREATE = 'AmazonEC2ContainerServiceV20141113.CreateCluster';
const SERVICES = 'AmazonEC2ContainerServiceV20141113.ListServices';

test('what is made is of the stacks’ region, and a client that is set to it hears nothing', async (t) => {
  const { call, told } = await started(t, 'eu-west-1');
  const made = await call('eu-west-1', CREATE, { clusterName: 'extra' });
  t.regex(made.text, /arn:aws:ecs:eu-west-1:/);
  t.notRegex((await call('eu-west-1', SERVICES, { cluster: 'none' })).text, /signed for/);
  t.is((await call(null, SERVICES, { cluster: 'extra' })).status, 200);
  t.deepEqual(told(), []);
});

test('a client of another region is answered, told once by an event, and in each refusal', async (t) => {
  const { call, told } = await started(t, 'eu-west-1');
  t.is((await call('us-east-2', CREATE, { clusterName: 'extra' })).status, 200);
  const refused = await call('us-east-2', SERVICES, { cluster: 'none' });
  t.regex(refused.text, /ClusterNotFoundException/);
  t.regex(refused.text, /signed for us-east-2, and the stacks here are of eu-west-1/);
  t.deepEqual(
    told().map(({ level, message }) => [level, /AWS_REGION=\S+/.exec(message)?.[0]]),
    [['warn', 'AWS_REGION=eu-west-1']],
  );
  for (let i = 0; i < 150; i++) await call(`region-${i}`, SERVICES, { cluster: 'none' });
  t.is(told().length, 100, 'no more than that, whatever is asked');
});

test('before there are stacks, and for services without regions, nothing is told', async (t) => {
  const before = await started(t, null);
  await before.call('eu-west-1', SERVICES, { cluster: 'none' });
  const { call, told } = await started(t, 'eu-west-1');
  await call('us-east-1', 'AWSSecurityTokenServiceV20110615.GetCallerIdentity', {}, 'sts');
  t.deepEqual([...before.told(), ...told()], []);
});
