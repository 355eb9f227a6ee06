import test from 'ava';
import { policyJson, trustJson } from './policy.ts';

test('statements name actions, resources and conditions', (t) => {
  const json = policyJson([
    { actions: ['sns:Publish'], resources: ['arn:aws:sns:us-east-1:1:a'] },
    {
      actions: ['ecs:Poll'],
      anyResourceBecause: 'none exists yet',
      conditions: { ArnEquals: { 'ecs:cluster': 'arn' } },
    },
  ]);
  t.deepEqual(JSON.parse(json).Statement, [
    { Effect: 'Allow', Action: ['sns:Publish'], Resource: ['arn:aws:sns:us-east-1:1:a'] },
    { Effect: 'Allow', Action: ['ecs:Poll'], Resource: ['*'], Condition: { ArnEquals: { 'ecs:cluster': 'arn' } } },
  ]);
});

for (const action of ['*', 'ecr:*', 'ecr:Get*', 'GetItem']) {
  test(`the action ${action} is refused`, (t) => {
    t.throws(() => policyJson([{ actions: [action], resources: ['arn:x'] }]), { message: /named in full/ });
  });
}

test('a wildcard or missing resource needs a reason', (t) => {
  t.throws(() => policyJson([{ actions: ['sns:Publish'], resources: ['*'] }]), { message: /anyResourceBecause/ });
  t.throws(() => policyJson([{ actions: ['sns:Publish'], resources: [] }]), { message: /anyResourceBecause/ });
});

test('a trust policy names its service alone', (t) => {
  t.deepEqual(JSON.parse(trustJson('ecs-tasks.amazonaws.com')).Statement[0].Principal, {
    Service: 'ecs-tasks.amazonaws.com',
  });
});
