/** IAM as the container workshop uses it: roles of the stacks beside those made here, and AWS's refusals. */
import test from 'ava';
import { startApi } from '../testing/plane.ts';
import { query } from '../testing/query.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const iam = (action: string, parameters: Record<string, string> = {}) =>
  query(plane.endpoint, '2010-05-08', action, parameters);
const trust = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: '', Effect: 'Allow', Principal: { Service: [service] }, Action: 'sts:AssumeRole' }],
  });
const CODEDEPLOY = 'arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS';

test('a role: made, given policies, read, emptied, deleted', async (t) => {
  const RoleName = 'ecsCodeDeployServiceRole';
  const made = await iam('CreateRole', { RoleName, AssumeRolePolicyDocument: trust('codedeploy.amazonaws.com') });
  t.deepEqual(made.all('Arn'), [`arn:aws:iam::123456789012:role/${RoleName}`]);
  t.is(decodeURIComponent(made.all('AssumeRolePolicyDocument')[0] ?? ''), trust('codedeploy.amazonaws.com'));
  t.is((await iam('AttachRolePolicy', { RoleName, PolicyArn: CODEDEPLOY })).status, 200);
  const PolicyDocument = '{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}';
  t.is((await iam('PutRolePolicy', { RoleName, PolicyName: 'p', PolicyDocument })).status, 200);
  t.deepEqual((await iam('ListAttachedRolePolicies', { RoleName })).all('PolicyArn'), [CODEDEPLOY]);
  t.deepEqual((await iam('ListRolePolicies', { RoleName })).all('member'), ['p']);
  const read = await iam('GetRolePolicy', { RoleName, PolicyName: 'p' });
  t.is(decodeURIComponent(read.all('PolicyDocument')[0] ?? ''), PolicyDocument);
  t.deepEqual((await iam('DeleteRole', { RoleName })).all('Code'), ['DeleteConflict']);
  await iam('DetachRolePolicy', { RoleName, PolicyArn: CODEDEPLOY });
  t.deepEqual((await iam('DeleteRole', { RoleName })).all('Code'), ['DeleteConflict']);
  await iam('DeleteRolePolicy', { RoleName, PolicyName: 'p' });
  t.is((await iam('DeleteRole', { RoleName: RoleName.toUpperCase() })).status, 200);
  const gone = await iam('GetRole', { RoleName });
  t.is(gone.status, 404);
  t.deepEqual(gone.all('Code'), ['NoSuchEntity']);
});

test('the role of ECS is not there until it is made, and made once', async (t) => {
  const RoleName = 'AWSServiceRoleForECS';
  t.is((await iam('GetRole', { RoleName })).status, 404);
  const AWSServiceName = 'ecs.amazonaws.com';
  t.is((await iam('CreateServiceLinkedRole', { AWSServiceName })).status, 200);
  t.deepEqual((await iam('GetRole', { RoleName })).all('Path'), ['/aws-service-role/ecs.amazonaws.com/']);
  const twice = await iam('CreateServiceLinkedRole', { AWSServiceName });
  t.deepEqual(twice.all('Code'), ['InvalidInput']);
  t.regex(twice.text, /has been taken in this account/);
  t.deepEqual((await iam('DeleteRole', { RoleName })).all('Code'), ['UnmodifiableEntity']);
  t.is((await iam('DeleteServiceLinkedRole', { RoleName })).all('DeletionTaskId').length, 1);
  const other = await iam('CreateServiceLinkedRole', { AWSServiceName: 'spot.amazonaws.com' });
  t.deepEqual(other.all('Code'), ['InvalidInput']);
});

test('roles of the stacks are read with what the stacks attach, and changed there only', async (t) => {
  const RoleName = 'ecstaskrole';
  t.deepEqual((await iam('GetRole', { RoleName })).all('Arn'), ['arn:aws:iam::123456789012:role/tasks/ECSTaskRole']);
  t.deepEqual((await iam('ListAttachedRolePolicies', { RoleName })).all('PolicyName'), [
    'AmazonECSTaskExecutionRolePolicy',
  ]);
  const policy = await iam('GetRolePolicy', { RoleName, PolicyName: 'logs' });
  t.is(policy.all('PolicyDocument')[0], '%7B%22a%22%3A%22%28b%29%22%7D');
  t.deepEqual((await iam('ListRoles', { PathPrefix: '/tasks/' })).all('RoleName'), ['ECSTaskRole']);
  for (const action of ['DeleteRole', 'AttachRolePolicy', 'PutRolePolicy']) {
    const extra: Record<string, string> = action === 'AttachRolePolicy' ? { PolicyArn: CODEDEPLOY } : {};
    if (action === 'PutRolePolicy') Object.assign(extra, { PolicyName: 'p', PolicyDocument: '{}' });
    t.regex((await iam(action, { RoleName, ...extra })).text, /UnmodifiableEntity.*made by the stacks/, action);
  }
});

const document = (statement: unknown): string => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const allow = { Effect: 'Allow', Action: 'sts:AssumeRole' };
for (const [what, action, change, code, message] of [
  ['no JSON', 'CreateRole', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocument', /invalid Json/],
  ['no principal', 'CreateRole', { AssumeRolePolicyDocument: document(allow) }, 'MalformedPolicyDocument', /Principal/],
  [
    'a resource in a trust policy',
    'CreateRole',
    { AssumeRolePolicyDocument: document({ ...allow, Principal: '*', Resource: '*' }) },
    'MalformedPolicyDocument',
    /Resource/,
  ],
  [
    'another version',
    'CreateRole',
    { AssumeRolePolicyDocument: '{"Version":"2013","Statement":[]}' },
    'MalformedPolicyDocument',
    /Version/,
  ],
  ['a name with a space', 'CreateRole', { RoleName: 'a b' }, 'ValidationError', /RoleName/],
  ['a path without a slash', 'CreateRole', { Path: 'x' }, 'ValidationError', /slash/],
  ['a name that is taken', 'CreateRole', { RoleName: 'EcsTaskRole' }, 'EntityAlreadyExists', /already exists/],
  ['a setting without effect', 'CreateRole', { PermissionsBoundary: 'x' }, 'ValidationError', /PermissionsBoundary/],
  ['no such role', 'AttachRolePolicy', { RoleName: 'none', PolicyArn: CODEDEPLOY }, 'NoSuchEntity', /none/],
  [
    'the path of the workshop’s line',
    'AttachRolePolicy',
    { PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForECS' },
    'NoSuchEntity',
    /AWS has it as arn:aws:iam::aws:policy\/AWSCodeDeployRoleForECS/,
  ],
  [
    'a policy of the account that is not there',
    'AttachRolePolicy',
    { PolicyArn: 'arn:aws:iam::123456789012:policy/none' },
    'NoSuchEntity',
    /not exist/,
  ],
  ['no ARN', 'AttachRolePolicy', { PolicyArn: 'AWSCodeDeployRoleForECS' }, 'InvalidInput', /not valid/],
  [
    'a principal in a permission policy',
    'PutRolePolicy',
    { PolicyName: 'p', PolicyDocument: document({ ...allow, Principal: '*', Resource: '*' }) },
    'MalformedPolicyDocument',
    /principal/,
  ],
  [
    'no resource',
    'PutRolePolicy',
    { PolicyName: 'p', PolicyDocument: document(allow) },
    'MalformedPolicyDocument',
    /resources/,
  ],
  ['not attached', 'DetachRolePolicy', { PolicyArn: CODEDEPLOY }, 'NoSuchEntity', /was not found/],
  ['an unknown policy', 'DeleteRolePolicy', { PolicyName: 'x' }, 'NoSuchEntity', /cannot be found/],
  ['an unknown call', 'CreateUser', {}, 'InvalidAction', /available: AttachRolePolicy/],
] as const) {
  test(`refused: ${what} (${action})`, async (t) => {
    const RoleName = `refused-${Math.abs(hash(what + action))}`;
    const base = { RoleName, AssumeRolePolicyDocument: trust('ecs-tasks.amazonaws.com') };
    if (action !== 'CreateRole') await iam('CreateRole', base);
    const { RoleName: name, AssumeRolePolicyDocument } = base;
    const rest: Record<string, string> =
      action === 'CreateRole' ? { RoleName: name, AssumeRolePolicyDocument } : { RoleName: name };
    const answer = await iam(action, { ...rest, ...(change as Record<string, string>) });
    t.deepEqual(answer.all('Code'), [code], answer.text);
    t.regex(answer.text, message);
  });
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
