import { fileURLToPath } from 'node:url';
import test from 'ava';
import { Account } from './account.ts';
import type { TerraformStack } from './cdktf.ts';
import { HookFunction, type HookFunctionProps } from './hook-function.ts';
import { type Json, refuses, synth } from './testing/synth.ts';

const add = (stack: TerraformStack, props: Partial<HookFunctionProps> = {}): HookFunction =>
  new HookFunction(stack, 'hook', {
    name: 'CodeDeployHook_pre-traffic-hook',
    description: 'd',
    entry: fileURLToPath(new URL('testing/hook.ts', import.meta.url)),
    handler: 'pre-traffic-hook.handler',
    environment: { TargetUrl: 'http://forum:8080/api/threads' },
    account: new Account(stack, 'account', { region: 'us-east-1' }),
    ...props,
  });
const attached = (props: Partial<HookFunctionProps>): string[] =>
  synth((stack) => add(stack, props))
    .all('aws_iam_role_policy_attachment')
    .map((attachment: Json) => attachment.policy_arn.split('policy/')[1])
    .sort();

test('the function: package, handler, runtime, environment', (t) => {
  const made = synth((stack) => add(stack)).one('aws_lambda_function');
  t.like(made, {
    function_name: 'CodeDeployHook_pre-traffic-hook',
    handler: 'pre-traffic-hook.handler',
    runtime: 'nodejs22.x',
    timeout: 60,
    memory_size: 256,
    environment: { variables: { TargetUrl: 'http://forum:8080/api/threads' } },
  });
  t.regex(made.filename, /^assets\/\w+\/[0-9A-F]{32}\/pre-traffic-hook\.zip$/);
  t.regex(made.source_code_hash, /^[A-Za-z0-9+/]{43}=$/);
  t.is(made.vpc_config, undefined);
});

test('equal sources give equal hashes and paths', (t) => {
  const of = (): Json => synth((stack) => add(stack)).one('aws_lambda_function');
  t.like(of(), { filename: of().filename, source_code_hash: of().source_code_hash });
});

test('its log group has a retention, and is there first', (t) => {
  const out = synth((stack) => add(stack, { logRetentionDays: 7 }));
  t.like(out.one('aws_cloudwatch_log_group'), {
    name: '/aws/lambda/CodeDeployHook_pre-traffic-hook',
    retention_in_days: 7,
  });
  t.regex(out.one('aws_lambda_function').depends_on.join(), /aws_cloudwatch_log_group\./);
});

test('outside a VPC it may write its logs; inside, have its addresses too', (t) => {
  t.deepEqual(attached({}), ['service-role/AWSLambdaBasicExecutionRole']);
  const network = { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };
  t.deepEqual(attached({ network }), ['service-role/AWSLambdaVPCAccessExecutionRole']);
  t.deepEqual(synth((stack) => add(stack, { network })).one('aws_lambda_function').vpc_config, {
    subnet_ids: ['subnet-1'],
    security_group_ids: ['sg-1'],
  });
});

test('it answers for the deployments of the one group that it is told', (t) => {
  const out = synth((stack) =>
    add(stack).mayReportTo('arn:aws:codedeploy:us-east-1:1:deploymentgroup:threadsApp/threadsDG'),
  );
  t.deepEqual(JSON.parse(out.one('aws_iam_role_policy').policy).Statement, [
    {
      Effect: 'Allow',
      Action: ['codedeploy:PutLifecycleEventHookExecutionStatus'],
      Resource: ['arn:aws:codedeploy:us-east-1:1:deploymentgroup:threadsApp/threadsDG'],
    },
  ]);
});

test('what Lambda refuses is refused at once', (t) => {
  refuses(t, ['handler', 'memoryMiB', 'name', 'timeoutSeconds'], (stack) =>
    add(stack, { name: 'a b', handler: 'handler', timeoutSeconds: 901, memoryMiB: 64 }),
  );
});
