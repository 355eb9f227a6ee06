/** The SDK's Lambda client against the endpoint. */
import { readFile } from 'node:fs/promises';
import * as sdk from '@aws-sdk/client-lambda';
import test from 'ava';
import * as delivery from '../testing/builders-delivery.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new sdk.LambdaClient(clientConfig(plane.endpoint));
const HOOK = delivery.hookFunction.name;

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
/** The workshop's create-function, for another name. */
const lab: sdk.CreateFunctionCommandInput = {
  FunctionName: 'made',
  Code: { ZipFile: Buffer.from('PK zip') },
  Role: 'arn:aws:iam::012345678912:role/hook',
  Environment: { Variables: { TargetUrl: 'http://alb-1.us-east-1.elb.amazonaws.com:8080/api/threads' } },
  Handler: 'pre-traffic-hook.handler',
  Runtime: 'nodejs8.10' as sdk.Runtime,
};

test.serial('a function is invoked and its answer, log and error come back', async (t) => {
  const payload = JSON.stringify({ DeploymentId: 'd-1' });
  const ok = await client.send(new sdk.InvokeCommand({ FunctionName: HOOK, Payload: payload, LogType: 'Tail' }));
  t.is(ok.StatusCode, 200);
  t.is(ok.FunctionError, undefined);
  t.deepEqual(JSON.parse(text(ok.Payload)), { got: { DeploymentId: 'd-1' } });
  t.regex(Buffer.from(ok.LogResult ?? '', 'base64').toString(), /hello/);
  const byArn = await client.send(new sdk.InvokeCommand({ FunctionName: delivery.hookFunction.arn }));
  t.deepEqual(JSON.parse(text(byArn.Payload)), { got: {} });
  t.is((await client.send(new sdk.InvokeCommand({ FunctionName: HOOK, InvocationType: 'Event' }))).StatusCode, 202);
  const before = plane.invoked.length;
  t.is((await client.send(new sdk.InvokeCommand({ FunctionName: HOOK, InvocationType: 'DryRun' }))).StatusCode, 204);
  t.is(plane.invoked.length, before);
});

test.serial('a function is made from a zip as the workshop makes it, changed, and removed', async (t) => {
  const made = await client.send(new sdk.CreateFunctionCommand(lab));
  t.like(made, { FunctionName: 'made', State: 'Active', Timeout: 3, Handler: 'pre-traffic-hook.handler' });
  t.is(made.Environment?.Variables?.['TargetUrl'], lab.Environment?.Variables?.['TargetUrl']);
  const { Code, Configuration } = await client.send(new sdk.GetFunctionCommand({ FunctionName: 'made' }));
  t.is(await readFile(new URL(Code?.Location ?? ''), 'utf8'), 'PK zip');
  const code = new sdk.UpdateFunctionCodeCommand({ FunctionName: 'made', ZipFile: Buffer.from('PK other') });
  t.not((await client.send(code)).CodeSha256, Configuration?.CodeSha256);
  const changed = await client.send(
    new sdk.UpdateFunctionConfigurationCommand({ FunctionName: 'made', Timeout: 30, Handler: 'throws.handler' }),
  );
  t.like(changed, { Timeout: 30, MemorySize: 128, Handler: 'throws.handler' });
  const { Functions } = await client.send(new sdk.ListFunctionsCommand({}));
  t.deepEqual(
    Functions?.map((one) => one.FunctionName),
    [HOOK, 'made'],
  );
  await client.send(new sdk.DeleteFunctionCommand({ FunctionName: 'made' }));
  await t.throwsAsync(client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName: 'made' })), {
    name: 'ResourceNotFoundException',
  });
});

test.serial('what a function throws comes back as its error', async (t) => {
  await client.send(new sdk.CreateFunctionCommand({ ...lab, FunctionName: 'throws', Runtime: 'nodejs22.x' }));
  const failed = await client.send(new sdk.InvokeCommand({ FunctionName: 'throws' }));
  t.is(failed.FunctionError, 'Unhandled');
  t.deepEqual(JSON.parse(text(failed.Payload)), { errorType: 'Error', errorMessage: 'no' });
});

const create = (change: Partial<sdk.CreateFunctionCommandInput>) => () =>
  client.send(new sdk.CreateFunctionCommand({ ...lab, FunctionName: 'refused', ...change }));
const REFUSALS: [string, () => Promise<unknown>, string, RegExp?][] = [
  [
    'an unknown function',
    () => client.send(new sdk.InvokeCommand({ FunctionName: 'none' })),
    'ResourceNotFoundException',
    /none/,
  ],
  [
    'an unknown version',
    () => client.send(new sdk.InvokeCommand({ FunctionName: HOOK, Qualifier: '7' })),
    'ResourceNotFoundException',
    /:7/,
  ],
  [
    'an event that is no JSON',
    () => client.send(new sdk.InvokeCommand({ FunctionName: HOOK, Payload: '{' })),
    'InvalidRequestContentException',
  ],
  [
    'an event of 7 MiB',
    () => client.send(new sdk.InvokeCommand({ FunctionName: HOOK, Payload: JSON.stringify('x'.repeat(7 * 2 ** 20)) })),
    'RequestTooLargeException',
  ],
  ['a second function of that name', create({ FunctionName: HOOK }), 'ResourceConflictException'],
  [
    'a package in a bucket',
    create({ Code: { S3Bucket: 'b', S3Key: 'k' } }),
    'InvalidParameterValueException',
    /ZipFile/,
  ],
  ['layers', create({ Layers: ['arn:x'] }), 'InvalidParameterValueException', /Layers/],
  ['no role', create({ Role: 'me' }), 'InvalidParameterValueException', /Role/],
  [
    'an operation that is not there',
    () => client.send(new sdk.ListEventSourceMappingsCommand({})),
    'UnknownOperationException',
    /event-source-mappings.*lambda/,
  ],
];
for (const [name, run, code, message] of REFUSALS)
  test.serial(`Lambda refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { name: code, ...(message ? { message } : {}) });
  });
