import test from 'ava';
import { createApiLocaliser } from './localise-apis.ts';

const HOST = 'abc123.execute-api.us-east-1.amazonaws.com';
const localise = createApiLocaliser(new Map([[HOST, () => ({ host: '127.10.0.3', port: 80 })]]));
const mapped = createApiLocaliser(new Map([[HOST, () => ({ host: '127.0.0.1', port: 4577 })]]));

test('the host becomes the endpoint, by HTTP; look-alikes stay', (t) => {
  const rows = [
    [`https://${HOST}/v1/orders`, 'http://127.10.0.3/v1/orders'],
    [`https://${HOST.toUpperCase()}:443/v1`, 'http://127.10.0.3/v1'],
    [`to ${HOST}, and on`, 'to 127.10.0.3, and on'],
    [`{"url":"https://${HOST}"}`, '{"url":"http://127.10.0.3"}'],
    [`https://x${HOST}/v1`, `https://x${HOST}/v1`],
    [`https://${HOST}.cn/v1`, `https://${HOST}.cn/v1`],
    [`https://${HOST}@example.com/`, `https://${HOST}@example.com/`],
  ] as const;
  for (const [text, wanted] of rows) t.is(localise(text), wanted, text);
  t.is(mapped(`https://${HOST}/v1`), 'http://127.0.0.1:4577/v1');
  t.is(createApiLocaliser(new Map())('https://x'), 'https://x');
});
