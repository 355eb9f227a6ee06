/** API Gateway's operations as the AWS CLI sends them: REST JSON, path by path. */
import test from 'ava';
import { base, method, resource, restApi, usagePlan } from '../../rest-api/testing/builders.ts';
import { deployment, stage } from '../../rest-api/testing/fixture.ts';
import { useKey } from '../../rest-api/usage.ts';
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
  return { send, registry };
}

test('APIs, resources with their methods, stages, deployments', async (t) => {
  const { send } = await started(t);
  t.like((await send('GET', '/restapis')).json, { item: [{ id: 'api1', name: 'shop', rootResourceId: 'root' }] });
  const { item } = (await send('GET', '/restapis/api1/resources?embed=methods')).json;
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

  registry.daily.count(useKey('p', id), Date.UTC(2026, 2, 2), 8);
  registry.daily.count(useKey('p', id), Date.UTC(2026, 2, 2, 5), 7);
  const usage = await send('GET', '/usageplans/p/usage?startDate=2026-03-01&endDate=2026-03-03');
  t.deepEqual(usage.json.values, { [id]: [[2, 7]] });

  t.is((await send('DELETE', `/usageplans/p/keys/${id}`)).status, 202);
  t.is((await send('DELETE', `/apikeys/${id}`)).status, 202);
  t.deepEqual((await send('GET', '/apikeys')).json, { item: [] });
});

test('a key that is said nothing of is off, as on AWS; unknown members are refused', async (t) => {
  const { send } = await started(t);
  t.false((await send('POST', '/apikeys', {})).json.enabled);
  t.like(await send('POST', '/apikeys', { customerId: 'c' }), { status: 400, type: 'BadRequestException' });
});
