/** API Gateway's operations as the AWS CLI sends them: REST JSON, path by path. */
import test from 'ava';
import { apiKey, base, method, resource, restApi, usagePlan } from '../../rest-api/testing/builders.ts';
import { deployment, stage } from '../../rest-api/testing/fixture.ts';
import { type DayUse, dayOf, useKey } from '../../rest-api/usage.ts';
import { startApi } from '../testing/plane.ts';

const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=x',
  'content-type': 'application/json',
};

async function started(t: { teardown: (fn: () => unknown) => void }) {
  const plane = await startApi();
  t.teardown(() => plane.close());
  const { handlers, registry } = plane.restApis;
  const signal = new AbortController().signal;
  const put = async (kind: keyof typeof handlers, ...items: readonly object[]): Promise<void> => {
    for (const item of items) await (handlers[kind].put as (...args: unknown[]) => unknown)(item, null, signal);
  };
  await put('restApis', restApi());
  await put('restResources', resource('pets', 'pets'), resource('pet', '{id}', 'pets'));
  await put('restMethods', method('pet', 'GET'));
  await put('restIntegrations', {
    ...base('aws_api_gateway_integration'),
    apiId: 'api1',
    resourceId: 'pet',
    httpMethod: 'GET',
  });
  await put('restDeployments', deployment());
  await put('restStages', stage());
  await put('restUsagePlans', usagePlan('p', { quota: { limit: 9, period: 'DAY', offset: 0 } }));
  const send = async (verb: string, path: string, body?: object) => {
    const answer = await fetch(`${plane.endpoint}${path}`, {
      method: verb,
      headers: SIGNED,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      type: answer.headers.get('x-amzn-errortype'),
      json: text ? JSON.parse(text) : null,
    };
  };
  return { send, registry, handlers };
}

test('APIs, resources with their methods, stages, deployments', async (t) => {
  const { send } = await started(t);
  t.like((await send('GET', '/restapis')).json, { item: [{ id: 'api1', name: 'shop', rootResourceId: 'root' }] });
  const { item } = (await send('GET', '/restapis/api1/resources')).json;
  t.deepEqual(
    item.map(({ path, resourceMethods }: { path: string; resourceMethods?: object }) => [path, resourceMethods]),
    [
      ['/pets/{id}', { GET: {} }],
      ['/pets', undefined],
      ['/', undefined],
    ],
  );
  t.like((await send('GET', '/restapis/api1/stages')).json, { item: [{ stageName: 'v1', deploymentId: 'd1' }] });
  t.deepEqual((await send('GET', '/restapis/api1/deployments')).json, { item: [{ id: 'd1' }] });
  t.like(await send('GET', '/restapis/none'), { status: 404, type: 'NotFoundException' });
  t.like(await send('GET', '/restapis/api1/stages/v9'), { status: 404, type: 'NotFoundException' });
});

test('a key is made, put into a plan, counted, and taken away', async (t) => {
  const { send, registry } = await started(t);
  const made = await send('POST', '/apikeys', { name: 'acme', enabled: true, value: 'twenty-characters-long' });
  t.is(made.status, 201);
  const { id } = made.json;
  t.like((await send('GET', '/apikeys')).json.item[0], { id, name: 'acme', value: undefined });
  t.is((await send('GET', '/apikeys?includeValues=true')).json.item[0].value, 'twenty-characters-long');
  t.is((await send('POST', '/apikeys', { name: 'other', value: 'twenty-characters-long' })).status, 409);
  t.is((await send('POST', '/apikeys', { name: 'short', value: 'x' })).status, 400);

  const member = { keyId: id, keyType: 'API_KEY' };
  t.is((await send('POST', '/usageplans/p/keys', member)).status, 201);
  t.like(await send('POST', '/usageplans/p/keys', member), { status: 409, type: 'ConflictException' });
  t.is(registry.plansOf(id)[0]?.id, 'p');
  t.like((await send('GET', '/usageplans/p/keys')).json, { item: [{ id, type: 'API_KEY' }] });
  t.deepEqual((await send('GET', '/usageplans/p')).json.quota, { limit: 9, period: 'DAY', offset: 0 });

  const counted = (used: number, atMs: number) => ({
    of: useKey('p', id),
    use: { periodStartMs: 0, used, firstStartMs: 0 },
    remaining: 9 - used,
    atMs,
    counted: true,
  });
  registry.usage.keep(counted(1, Date.UTC(2026, 2, 2)));
  registry.usage.keep(counted(2, Date.UTC(2026, 2, 2, 5)));
  const usage = await send('GET', '/usageplans/p/usage?startDate=2026-03-01&endDate=2026-03-03');
  t.deepEqual(usage.json.values, {
    [id]: [
      [0, 9],
      [2, 7],
      [0, 9],
    ],
  });
  const today = new Date(dayOf(Date.now()) * 86_400_000).toISOString().slice(0, 10);
  const future = await send('GET', `/usageplans/p/usage?startDate=${today}&endDate=${today}`);
  t.deepEqual(future.json.values[id] satisfies DayUse[], [[0, 9]]);

  t.is((await send('DELETE', `/usageplans/p/keys/${id}`)).status, 202);
  t.is((await send('DELETE', `/apikeys/${id}`)).status, 202);
  t.deepEqual((await send('GET', '/apikeys')).json, { item: [] });
});

test('a key that is said nothing of is off, as on AWS; unknown members are refused', async (t) => {
  const { send } = await started(t);
  t.false((await send('POST', '/apikeys', {})).json.enabled);
  t.like(await send('POST', '/apikeys', { customerId: 'c' }), { status: 400, type: 'BadRequestException' });
});

test('a key is turned on and renamed; nothing else of it changes', async (t) => {
  const { send, registry } = await started(t);
  const { id } = (await send('POST', '/apikeys', {})).json;
  const patch = (path: string, value: string, op = 'replace') =>
    send('PATCH', `/apikeys/${id}`, { patchOperations: [{ op, path, value }] });
  t.like(await patch('/enabled', 'true'), { status: 200, json: { id, enabled: true } });
  t.like((await patch('/name', 'acme')).json, { name: 'acme', enabled: true });
  t.true([...registry.keys.values()].find((key) => key.id === id)?.enabled);
  for (const refused of [patch('/value', 'x'), patch('/enabled', 'yes'), patch('/name', 'x', 'remove')])
    t.like(await refused, { status: 400, type: 'BadRequestException' });
  t.like(await send('PATCH', '/apikeys/none', { patchOperations: [] }), { status: 404 });
});

test('what is not offered is told in the protocol, whatever its verb', async (t) => {
  const { send } = await started(t);
  for (const verb of ['PATCH', 'PUT', 'DELETE'])
    t.like(await send(verb, '/restapis/api1/models'), { status: 400, type: 'UnknownOperationException' });
});

test('a key of the stacks that was turned off or taken away by hand is drift', async (t) => {
  const { send, registry, handlers } = await started(t);
  const key = apiKey('k', 'a-key-of-the-stacks-1');
  const member = { ...base('aws_api_gateway_usage_plan_key'), planId: 'p', keyId: 'k' };
  const { signal } = new AbortController();
  await handlers.restApiKeys.put(key, null, signal);
  await handlers.restUsagePlanKeys.put(member, null, signal);
  t.deepEqual([handlers.restApiKeys.drift?.(key), handlers.restUsagePlanKeys.drift?.(member)], [[], []]);
  await send('PATCH', '/apikeys/k', { patchOperations: [{ op: 'replace', path: '/enabled', value: 'false' }] });
  t.deepEqual(handlers.restApiKeys.drift?.(key), ['enabled']);
  await send('DELETE', '/apikeys/k');
  t.deepEqual(
    [handlers.restApiKeys.drift?.(key), handlers.restUsagePlanKeys.drift?.(member)],
    [['(gone)'], ['(gone)']],
  );
  t.is(registry.keys.size, 0);
});

test('methods are embedded where they are asked for', async (t) => {
  const { send } = await started(t);
  const { item } = (await send('GET', '/restapis/api1/resources?embed=methods')).json;
  t.deepEqual(item[0].resourceMethods.GET, { httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false });
});
