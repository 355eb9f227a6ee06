import test from 'ava';
import type { SecretValue } from '../../topology.ts';
import { createSecretValues } from './secret-values.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCd12';
const signal = new AbortController().signal;

async function store(value: string) {
  const values = createSecretValues((text) => text.replaceAll('lb.example', '127.10.0.1:80'));
  await values.handler.put({ secretArn: ARN, value } as SecretValue, null, signal);
  return values;
}

const VALUE = '{"username":"u","port":5432,"url":"http://lb.example/"}';

// ECS specifying-sensitive-data-secrets: valueFrom, value
for (const [from, wanted] of [
  [ARN, VALUE.replace('lb.example', '127.10.0.1:80')],
  [`${ARN}:username::`, 'u'],
  [`${ARN}:port::`, '5432'],
  [`${ARN}:url:AWSCURRENT:`, 'http://127.10.0.1:80/'],
  [`${ARN}:::`, VALUE.replace('lb.example', '127.10.0.1:80')],
  [`${ARN.slice(0, -7)}:username::`, 'u'],
] as const)
  test(`${from.slice(ARN.length - 7)} is read`, async (t) => t.is((await store(VALUE)).read(from), wanted));

for (const [from, value, message] of [
  [`${ARN}:password::`, VALUE, /did not contain json key password/],
  [`${ARN}:__proto__::`, VALUE, /did not contain json key __proto__/],
  [`${ARN}:username::`, 'no json', /did not contain json key username/],
  [`${ARN}x`, VALUE, /ResourceNotFoundException/],
  ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCd12', VALUE, /ResourceNotFoundException/],
] as const)
  test(`${from.slice(40)} of ${value.slice(0, 8)} stops the task`, async (t) => {
    const values = await store(value);
    t.throws(() => values.read(from), { message });
  });

test('a secret that is removed is gone', async (t) => {
  const values = await store('x');
  await values.handler.remove({ secretArn: ARN, value: 'x' } as SecretValue, signal);
  t.throws(() => values.read(ARN), { message: /ResourceInitializationError/ });
});
