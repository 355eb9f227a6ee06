/** Requests and answers that nobody planned for: each ends, and is counted as what it was. */

import { Agent, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { RestValue } from '../../topology-rest-api.ts';
import { makeCertificate } from '../balancer/certificate.ts';
import { base, integration, method, resource } from './testing/builders.ts';
import { behind, type Fixture, fixture } from './testing/fixture.ts';

const text = (value: string): RestValue => ({ from: 'text', text: value });
const FUNCTION =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:f/invocations';

const sum = ({ metrics }: Fixture, name: string): number =>
  metrics
    .query({
      namespace: 'AWS/ApiGateway',
      name,
      dimensions: { ApiName: 'shop', Stage: 'v1' },
      startMs: 0,
      endMs: Number.MAX_SAFE_INTEGER / 2,
      periodSeconds: 86_400,
      statistic: 'Sum',
    })
    .reduce((all, { value }) => all + value, 0);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the API answers to raw bytes, until it closes or `enough` is seen. */
function raw(url: string, bytes: string, enough = /\r\n\r\n[\s\S]*\}$/): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
  let seen = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    seen += chunk;
    if (enough.test(seen)) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(seen));
  return promise;
}

for (const type of ['constructor', '__proto__', 'toString'])
  test(`the content type ${type} names no template`, async (t) => {
    const service = await behind(t);
    const { url } = await fixture(t, {
      restMethods: [method('root', 'POST')],
      restIntegrations: [
        integration('root', 'POST', {
          integration: 'HTTP',
          uri: `http://${service.authority}/`,
          requestTemplates: { 'application/json': [text('{}')] },
          passthrough: 'NEVER',
        }),
      ],
    });
    const answer = await fetch(url, { method: 'POST', body: 'x', headers: { 'content-type': type } });
    t.is(answer.status, 415);
    t.is(service.seen.length, 0);
  });

test('an absolute target is one of this API', async (t) => {
  const service = await behind(t, (seen, res) => res.end(`{"url":"${seen.url}"}`));
  const { url } = await fixture(t, {
    restResources: [resource('all', '{proxy+}')],
    restMethods: [method('all', 'GET')],
    restIntegrations: [
      integration('all', 'GET', {
        uri: `http://${service.authority}/{proxy}`,
        requestParameters: { 'path.proxy': { from: 'path', name: 'proxy' } },
      }),
    ],
  });
  const answer = await raw(url, 'GET http://api.example.com/v1/a/b?c=1 HTTP/1.1\r\nHost: api.example.com\r\n\r\n');
  t.regex(answer, /^HTTP\/1\.1 200 [\s\S]*\{"url":"\/a\/b\?c=1"\}$/);
});

test('a client that leaves early is no error of the API: its request is answered behind, and counted', async (t) => {
  const held: (() => void)[] = [];
  const service = await behind(t, (_seen, res) => void held.push(() => res.end('late')));
  const api = await fixture(t, {
    restMethods: [method('root', 'POST')],
    restIntegrations: [integration('root', 'POST', { uri: `http://${service.authority}/` })],
  });
  const leaving = request(`${api.url}/`, { method: 'POST' });
  leaving.on('error', () => undefined).end('x');
  await until('it is behind', () => held.length === 1);
  leaving.destroy();
  // Half a body: nothing was asked yet.
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write('POST /v1/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc', () => socket.destroy());
  held[0]?.();
  await until('it is counted', () => sum(api, 'Count') === 1);
  t.is((await fetch(`${api.url}/nothing`)).status, 403);
  t.deepEqual([sum(api, 'Count'), sum(api, '5XXError')], [2, 0]);
});

test('what is refused with its body unread keeps the connection', async (t) => {
  const { url } = await fixture(t, {
    restMethods: [method('root', 'POST', { apiKeyRequired: true })],
    restIntegrations: [integration('root', 'POST')],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const post = (bytes: number): Promise<{ status: number; reused: boolean; connection: string | undefined }> =>
    new Promise((resolve, reject) => {
      const req = request(`${url}/`, { method: 'POST', agent, headers: { 'content-length': bytes } }, (res) => {
        res.resume().on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            reused: req.reusedSocket,
            connection: res.headers.connection,
          }),
        );
      });
      req.on('error', reject);
      req.end(Buffer.alloc(bytes));
    });
  t.like(await post(2000), { status: 403, connection: 'keep-alive' });
  t.like(await post(2000), { status: 403, reused: true });
  t.like(await post(1_000_000), { status: 403, connection: 'close' });
});

test('an interim status ends no request', async (t) => {
  const odd = {
    ...base('aws_api_gateway_gateway_response'),
    apiId: 'api1',
    responseType: 'MISSING_AUTHENTICATION_TOKEN',
    statusCode: 100,
    headers: {},
    templates: {},
  };
  const { url } = await fixture(
    t,
    {
      restResources: [resource('f', 'f')],
      restMethods: [method('f', 'GET')],
      restIntegrations: [integration('f', 'GET', { integration: 'AWS_PROXY', uri: FUNCTION })],
      restGatewayResponses: [odd],
    },
    { invoke: () => ({ statusCode: 100, body: 'x' }) },
  );
  t.is((await fetch(`${url}/f`)).status, 502);
  t.is((await fetch(`${url}/none`)).status, 403);
});

test('a function that is late for its caller runs to its end', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ended = false;
  const invoke = async () => {
    await promise;
    ended = true;
    return { statusCode: 200 };
  };
  const { url, events } = await fixture(
    t,
    {
      restMethods: [method('root', 'GET')],
      restIntegrations: [integration('root', 'GET', { integration: 'AWS_PROXY', uri: FUNCTION, timeoutMs: 50 })],
    },
    { invoke },
  );
  const answer = await fetch(url, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  t.is(answer.status, 504);
  t.deepEqual(await answer.json(), { message: 'Endpoint request timed out' });
  t.like(events[0], { headers: { 'X-Forwarded-For': '203.0.113.9, 127.0.0.1', 'X-Forwarded-Proto': 'https' } });
  t.false(ended);
  resolve();
  await until('it ended', () => ended);
});

/** An HTTPS listener as the plane's load balancers have them. */
async function secured(t: ExecutionContext) {
  const seen: string[] = [];
  const server = createTlsServer(
    await makeCertificate({ host: '127.0.0.1', names: ['hq.example.com'], nowMs: Date.now() }),
    (req, res) => {
      seen.push(`${req.headers.host} ${(req.socket as { servername?: string }).servername}`);
      res.end('secure');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

test('https: TLS to the listener, by the name of the URI; what API Gateway would not trust is 500 and not called', async (t) => {
  const { seen, port } = await secured(t);
  const to = { uri: 'https://hq.example.com/orders', loadBalancerArn: 'arn:lb' };
  const { url } = await fixture(
    t,
    {
      restResources: ['good', 'name', 'authority'].map((path) => resource(path, path)),
      restMethods: ['good', 'name', 'authority'].map((path) => method(path, 'GET')),
      restIntegrations: [
        integration('good', 'GET', to),
        integration('name', 'GET', { ...to, trust: 'wrong-name' }),
        integration('authority', 'GET', { ...to, trust: 'unknown-authority' }),
      ],
    },
    { listener: { host: '127.0.0.1', port } },
  );
  const get = async (path: string) => {
    const answer = await fetch(`${url}/${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  t.is(await get('good'), '200 secure');
  t.is(await get('good'), '200 secure', 'also over the kept connection');
  t.is(await get('name'), '500 {"message":"Internal server error"}');
  t.is(await get('authority'), '500 {"message":"Internal server error"}');
  t.deepEqual(seen, ['hq.example.com hq.example.com', 'hq.example.com hq.example.com']);
});
