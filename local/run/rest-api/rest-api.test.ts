/** REST APIs over real sockets: what goes to what is behind, and what a caller gets. */
import { request } from 'node:http';
import test from 'ava';
import type { RestValue } from '../../topology-rest-api.ts';
import { MAX_PAYLOAD_BYTES } from './decide-answer.ts';
import { apiKey, base, integration, method, resource, restApi, usagePlan } from './testing/builders.ts';
import { behind, deployment, fixture, stage } from './testing/fixture.ts';

const text = (value: string): RestValue => ({ from: 'text', text: value });
const PROXY = [resource('all', '{proxy+}')];
const keyed = { apiKeyRequired: true };
const member = { ...base('aws_api_gateway_usage_plan_key'), planId: 'p', keyId: 'k' };

test('HTTP_PROXY: path, query and body go on; mappings are added; headers of the hop stay', async (t) => {
  const service = await behind(t, (seen, res) =>
    res.writeHead(201, { 'x-own': 'yes', server: 'svc', 'content-type': 'text/plain' }).end(`got ${seen.body}`),
  );
  const { url } = await fixture(t, {
    restResources: PROXY,
    restMethods: [method('all', 'ANY')],
    restIntegrations: [
      integration('all', 'ANY', {
        uri: `http://${service.authority}/\${stageVariables.version}/{proxy}?fixed=1`,
        requestParameters: {
          'path.proxy': { from: 'path', name: 'proxy' },
          'header.x-tenant': { from: 'header', name: 'x-who' },
          'header.x-stage': { from: 'context', name: 'stage' },
          'querystring.by': text('front door'),
        },
      }),
    ],
    restStages: [stage('d1', { variables: { version: 'v7' } })],
  });
  const answer = await fetch(`${url}/pets/a%2Fb/7?q=1&by=me&q=2`, {
    method: 'PUT',
    body: 'hello',
    headers: { 'x-who': 'acme', 'x-forwarded-for': '203.0.113.9', te: 'trailers' },
  });
  t.is(answer.status, 201);
  t.is(await answer.text(), 'got hello');
  t.is(answer.headers.get('x-own'), 'yes');
  t.is(answer.headers.get('x-amzn-remapped-server'), 'svc');
  t.is(answer.headers.get('server'), null);
  t.regex(answer.headers.get('x-amzn-requestid') ?? '', /^[0-9a-f-]{36}$/);
  t.truthy(answer.headers.get('x-amz-apigw-id'));
  const [seen] = service.seen;
  t.is(seen?.method, 'PUT');
  t.is(seen?.url, '/v7/pets/a%2Fb/7?fixed=1&q=1&q=2&by=front%20door');
  t.like(seen?.headers, {
    host: service.authority,
    'x-tenant': 'acme',
    'x-stage': 'v1',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-amzn-apigateway-api-id': 'api1',
    'content-length': '5',
  });
  t.is(seen?.headers.te, undefined);
});

test('HTTP: only what is mapped goes on; the answer is chosen by its status, and made by its template', async (t) => {
  const service = await behind(t, (seen, res) =>
    res
      .writeHead(seen.url.includes('bad') ? 418 : 200, { 'content-type': 'application/json', etag: '"1"' })
      .end('{"name":"Rex"}'),
  );
  const response = (statusCode: number, change: object) => ({
    ...base('aws_api_gateway_integration_response'),
    apiId: 'api1',
    resourceId: 'root',
    httpMethod: 'POST',
    statusCode,
    selectionPattern: null,
    headers: {},
    templates: {},
    ...change,
  });
  const { url } = await fixture(t, {
    restMethods: [method('root', 'POST')],
    restIntegrations: [
      integration('root', 'POST', {
        integration: 'HTTP',
        uri: `http://${service.authority}/pet`,
        requestParameters: { 'querystring.kind': { from: 'querystring', name: 'kind' } },
        requestTemplates: {
          'application/json': [text('{"wrapped":'), { from: 'body', path: ['a'], as: 'json' }, text('}')],
        },
        passthrough: 'NEVER',
      }),
    ],
    restIntegrationResponses: [
      response(202, {
        selectionPattern: '2\\d\\d',
        headers: { 'X-Tag': { from: 'response-header', name: 'etag' } },
        templates: { 'application/json': [text('pet '), { from: 'body', path: ['name'], as: 'text' }] },
      }),
    ],
  });
  const post = (query: string, type: string) =>
    fetch(`${url}/?${query}`, { method: 'POST', body: '{"a":[1]}', headers: { 'content-type': type, cookie: 'c=1' } });
  const answer = await post('kind=dog&other=1', 'application/json');
  t.is(answer.status, 202);
  t.is(await answer.text(), 'pet Rex');
  t.is(answer.headers.get('x-tag'), '"1"');
  t.like(service.seen[0], { url: '/pet?kind=dog', body: '{"wrapped":[1]}' });
  t.is(service.seen[0]?.headers.cookie, undefined);
  t.is((await post('kind=bad', 'application/json')).status, 500);
  t.is((await post('kind=dog', 'text/plain')).status, 415);
  t.is(service.seen.length, 2);
});

test('MOCK: the status of its template, the headers of its response', async (t) => {
  const { url } = await fixture(t, {
    restMethods: [method('root', 'OPTIONS')],
    restIntegrations: [
      integration('root', 'OPTIONS', {
        integration: 'MOCK',
        uri: null,
        backendMethod: null,
        requestTemplates: { 'application/json': [text('{"statusCode": 204}')] },
      }),
    ],
    restIntegrationResponses: [
      {
        ...base('aws_api_gateway_integration_response'),
        apiId: 'api1',
        resourceId: 'root',
        httpMethod: 'OPTIONS',
        statusCode: 204,
        selectionPattern: null,
        headers: { 'Access-Control-Allow-Origin': text('*') },
        templates: {},
      },
    ],
  });
  const answer = await fetch(url, { method: 'OPTIONS' });
  t.is(answer.status, 204);
  t.is(answer.headers.get('access-control-allow-origin'), '*');
});

test('AWS_PROXY: the event, the answer, and a 502 for any other form', async (t) => {
  const invoke = (event: unknown) =>
    JSON.stringify(event).includes('broken')
      ? 'plain text'
      : { statusCode: 201, headers: { 'x-f': 1 }, multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] }, body: 'made' };
  const { url, events } = await fixture(
    t,
    {
      restResources: [resource('pet', '{id}')],
      restMethods: [method('pet', 'POST')],
      restIntegrations: [
        integration('pet', 'POST', {
          integration: 'AWS_PROXY',
          uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:f/invocations',
        }),
      ],
    },
    { invoke },
  );
  const answer = await fetch(`${url}/a%20b?q=1&q=2`, { method: 'POST', body: 'x' });
  t.is(answer.status, 201);
  t.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
  t.is(await answer.text(), 'made');
  t.like(events[0], {
    resource: '/{id}',
    path: '/a%20b',
    pathParameters: { id: 'a b' },
    queryStringParameters: { q: '2' },
    multiValueQueryStringParameters: { q: ['1', '2'] },
    stageVariables: null,
    body: 'x',
  });
  const broken = await fetch(`${url}/broken`, { method: 'POST' });
  t.is(broken.status, 502);
  t.deepEqual(await broken.json(), { message: 'Internal server error' });
});

test('keys, throttles and quotas: 403, 429 in API Gateway’s words, or in the API’s own; metrics and log tell of each', async (t) => {
  const service = await behind(t);
  const own = {
    ...base('aws_api_gateway_gateway_response'),
    apiId: 'api1',
    responseType: 'QUOTA_EXCEEDED',
    statusCode: 402,
    headers: { 'Retry-After': text('60') },
    templates: { 'text/plain': [text('pay: '), { from: 'context', name: 'error.message' } as const] },
  };
  const { url, codes, metrics, lines, apis } = await fixture(t, {
    restMethods: [method('root', 'GET', keyed)],
    restIntegrations: [integration('root', 'GET', { uri: `http://${service.authority}/` })],
    restApiKeys: [apiKey('k', 'the-good-key')],
    restUsagePlans: [usagePlan('p', { quota: { limit: 2, period: 'MONTH', offset: 0 } })],
    restUsagePlanKeys: [member],
    restGatewayResponses: [own],
    restStages: [
      stage('d1', {
        accessLog: {
          group: 'g',
          format: [{ from: 'context', name: 'status' }, text(' '), { from: 'context', name: 'error.responseType' }],
        },
      }),
    ],
  });
  const get = (key?: string) => fetch(url, key ? { headers: { 'x-api-key': key } } : {});
  const refused = await get('another-key');
  t.is(refused.status, 403);
  t.is(refused.headers.get('x-amzn-errortype'), 'ForbiddenException');
  t.deepEqual(await refused.json(), { message: 'Forbidden' });
  t.is((await get()).status, 403);
  t.deepEqual([(await get('the-good-key')).status, (await get('the-good-key')).status], [200, 200]);
  const over = await get('the-good-key');
  t.is(over.status, 402);
  t.is(over.headers.get('retry-after'), '60');
  t.is(await over.text(), 'pay: Limit Exceeded');
  await get('the-good-key');
  t.deepEqual(codes(), ['REST_QUOTA_USED_UP'], 'told once');
  t.is(service.seen.length, 2);
  t.deepEqual(lines.slice(0, 3), ['403 INVALID_API_KEY', '403 INVALID_API_KEY', '200 -']);
  t.deepEqual(
    apis.reading().usage.map(({ used, limit }) => [used, limit]),
    [[2, 2]],
  );
  const sum = (name: string) =>
    metrics
      .query({
        namespace: 'AWS/ApiGateway',
        name,
        dimensions: { ApiName: 'shop', Stage: 'v1' },
        startMs: 0,
        endMs: Number.MAX_SAFE_INTEGER / 2,
        periodSeconds: 86_400,
        statistic: name === 'IntegrationLatency' ? 'SampleCount' : 'Sum',
      })
      .reduce((all, { value }) => all + value, 0);
  t.deepEqual(['Count', '4XXError', '5XXError', 'IntegrationLatency'].map(sum), [6, 4, 0, 2]);
});

test('what is behind is late, gone, or says too much', async (t) => {
  const slow = await behind(t, () => undefined);
  const long = await behind(t, (_seen, res) => res.end('x'.repeat(MAX_PAYLOAD_BYTES + 1)));
  const paths = ['late', 'gone', 'long', 'hole'];
  const uris = [
    `http://${slow.authority}/`,
    'http://127.0.0.1:1/',
    `http://${long.authority}/`,
    'http://127.0.0.1:1/{id}',
  ];
  const { url } = await fixture(t, {
    restResources: paths.map((path) => resource(path, path)),
    restMethods: paths.map((path) => method(path, 'GET')),
    restIntegrations: paths.map((path, i) =>
      integration(path, 'GET', { uri: uris[i]!, timeoutMs: path === 'late' ? 100 : 5000 }),
    ),
  });
  const get = async (path: string) => {
    const answer = await fetch(`${url}/${path}`);
    return [answer.status, ((await answer.json()) as { message: string }).message];
  };
  t.deepEqual(await get('late'), [504, 'Endpoint request timed out']);
  t.deepEqual(await get('gone'), [504, 'Network error communicating with endpoint']);
  t.deepEqual(await get('hole'), [500, 'Internal server error']);
  t.deepEqual(await get('nothing'), [403, 'Missing Authentication Token']);
  t.deepEqual(await get('long'), [500, 'Internal server error']);
});

test('a body of more than 10 MB is refused, said or not said beforehand', async (t) => {
  const service = await behind(t);
  const { url } = await fixture(t, {
    restMethods: [method('root', 'POST')],
    restIntegrations: [integration('root', 'POST', { uri: `http://${service.authority}/` })],
  });
  const send = (headers: Record<string, string>, bytes: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const req = request(url, { method: 'POST', headers }, (res) => resolve(res.resume().statusCode));
      req.on('error', () => undefined);
      req.write(Buffer.alloc(bytes));
      if (bytes > 1) req.end();
    });
  t.is(await send({ 'content-length': String(MAX_PAYLOAD_BYTES + 1) }, 1), 413);
  t.is(await send({ 'transfer-encoding': 'chunked' }, MAX_PAYLOAD_BYTES + 1), 413);
  t.is(await send({ 'transfer-encoding': 'chunked' }, 1000), 200);
  t.is(service.seen.length, 1);
});

test('a stage serves the picture of its deployment: changes wait for the next one', async (t) => {
  const [one, two] = [await behind(t), await behind(t)];
  const first = integration('root', 'GET', { uri: `http://${one.authority}/` });
  const { url, put } = await fixture(t, { restMethods: [method('root', 'GET')], restIntegrations: [first] });
  await fetch(url);
  await put({ restIntegrations: [{ ...first, uri: `http://${two.authority}/` }] });
  await fetch(url);
  t.deepEqual([one.seen.length, two.seen.length], [2, 0]);
  await put({ restDeployments: [deployment('d2')], restStages: [stage('d2')] });
  await fetch(url);
  t.deepEqual([one.seen.length, two.seen.length], [2, 1]);
});

test('what came with an OpenAPI document is served like resources of their own, and beside them', async (t) => {
  const service = await behind(t);
  const to = { uri: `http://${service.authority}/` };
  const imported = {
    resources: [resource('a', 'a')],
    methods: [method('a', 'GET')],
    integrations: [integration('a', 'GET', to)],
    integrationResponses: [],
    gatewayResponses: [],
  };
  const { url, apis } = await fixture(t, {
    restApis: [restApi({ imported })],
    restResources: [resource('b', 'b')],
    restMethods: [method('b', 'GET')],
    restIntegrations: [integration('b', 'GET', to)],
  });
  t.deepEqual([(await fetch(`${url}/a`)).status, (await fetch(`${url}/b`)).status], [200, 200]);
  t.deepEqual(apis.reading().apis[0]?.stages[0]?.methods, ['GET /a', 'GET /b']);
});
