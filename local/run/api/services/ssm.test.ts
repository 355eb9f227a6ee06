/** The SDK's SSM client against the endpoint. */
import * as ssmClient from '@aws-sdk/client-ssm';
import test from 'ava';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const ssm = new ssmClient.SSMClient(config);

test('SSM: parameters are put, read, filtered and removed; secrets stay hidden', async (t) => {
  const put = (Name: string, Value: string, Type: ssmClient.ParameterType = 'String') =>
    ssm.send(new ssmClient.PutParameterCommand({ Name, Value, Type }));
  await put('/shop/a', '1');
  await put('/shop/deep/b', '2');
  t.is((await put('/shop/key', 'hush', 'SecureString')).Version, 1);
  const read = async (WithDecryption: boolean) =>
    (await ssm.send(new ssmClient.GetParameterCommand({ Name: '/shop/key', WithDecryption }))).Parameter?.Value;
  t.is(await read(true), 'hush');
  t.false((await read(false))?.includes('hush'));
  const byPath = async (Recursive: boolean) =>
    (await ssm.send(new ssmClient.GetParametersByPathCommand({ Path: '/shop', Recursive }))).Parameters?.map(
      (one) => one.Name,
    );
  t.deepEqual(await byPath(false), ['/shop/a', '/shop/key']);
  t.deepEqual(await byPath(true), ['/shop/a', '/shop/deep/b', '/shop/key']);
  const filter = { Key: 'Name', Option: 'BeginsWith', Values: ['/shop/d'] };
  const { Parameters } = await ssm.send(new ssmClient.DescribeParametersCommand({ ParameterFilters: [filter] }));
  t.deepEqual(
    Parameters?.map((one) => one.Name),
    ['/shop/deep/b'],
  );
  await t.throwsAsync(put('/shop/a', '2'), { name: 'ParameterAlreadyExists' });
  const both = await ssm.send(new ssmClient.GetParametersCommand({ Names: ['/shop/a', '/none'] }));
  t.deepEqual([both.Parameters?.length, both.InvalidParameters], [1, ['/none']]);
  await ssm.send(new ssmClient.DeleteParameterCommand({ Name: '/shop/a' }));
  await t.throwsAsync(ssm.send(new ssmClient.GetParameterCommand({ Name: '/shop/a' })), { name: 'ParameterNotFound' });
});
