import test from 'ava';
import { readConfig } from '../../../kit/src/config.ts';
import { chooseStore, settings } from './config.ts';

const choose = (env: Record<string, string>) =>
  chooseStore(readConfig({ service: 'hq', settings, env: { API_KEYS: 'k', ...env } }));
const embedded = { kind: 'embedded', path: '.cutover/hq-orders' };

for (const [env, choice] of [
  [{}, embedded],
  [
    { ORDERS_STORE: 'embedded', AWS_REGION: 'eu-west-1', ORDERS_PATH: '/data' },
    { kind: 'embedded', path: '/data' },
  ],
  [{ AWS_REGION: 'eu-west-1' }, { kind: 'dynamodb', endpoint: undefined, region: 'eu-west-1' }],
  [{ AWS_ENDPOINT_URL: 'http://a:1' }, { kind: 'dynamodb', endpoint: 'http://a:1', region: 'us-east-1' }],
  [
    { AWS_ENDPOINT_URL: 'http://a:1', DYNAMODB_ENDPOINT: 'http://b:2', AWS_DEFAULT_REGION: 'eu-west-1' },
    { kind: 'dynamodb', endpoint: 'http://b:2', region: 'eu-west-1' },
  ],
] as const) {
  test(`store for ${JSON.stringify(env)}`, (t) => {
    t.deepEqual<unknown, unknown>(choose(env as Record<string, string>), choice);
  });
}
