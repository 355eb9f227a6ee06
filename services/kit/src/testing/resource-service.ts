/** What every service of one resource must do, as a process, against a monolith that the test plays. */
import { join } from 'node:path';
import test from 'ava';
import { type ServiceProcess, spawnBuild, startProcess } from './service.ts';
import { answering, type Stub, startStub } from './stub.ts';

/** @param dir folder of the service's sources; @param name as its log lines spell it, e.g. `Iridium` */
export function testResourceService(dir: string, name: string): void {
  const resource = name.toLowerCase();
  const entry = join(dir, 'builds/latest.ts');
  let monolith: Stub;
  let service: ServiceProcess;
  test.before(async () => {
    monolith = await startStub();
    service = await startProcess(entry, {
      // As the workshop writes it: a DNS name without a scheme.
      monolithUrl: monolith.url.replace('http://', ''),
      ALLOW_UNSIGNED: 'true',
      FULFILL_KEY: 'inner',
      MONOLITH_RETRIES: '0',
    });
  });
  test.after.always(() => Promise.all([service?.stop(), monolith.close()]));

  const post = (path: string, message: unknown, MessageId: string) =>
    fetch(service.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain', 'X-Amzn-Trace-Id': `Root=1-${resource}` },
      body: JSON.stringify({ Message: message, MessageId }),
    });

  test.serial('an order is gathered and fulfilled through the monolith', async (t) => {
    const response = await post(`/${resource}/`, { [resource]: 2 }, 'm-1');
    t.deepEqual([response.status, await response.text()], [200, 'Your order has been fulfilled']);
    const [request] = monolith.received;
    t.is(request?.path, '/fulfill/');
    t.is(request?.headers['x-fulfill-key'], 'inner');
    t.is(request?.headers['x-amzn-trace-id'], `Root=1-${resource}`);
    t.deepEqual(JSON.parse(request?.body ?? ''), { messageId: 'm-1', items: { [resource]: 2 }, source: resource });
    await service.saw(`${name} fulfilled`);
    t.true(service.stdout().includes(`Getting ${name}\nTrying to send a request to the API\nAPI Status Code: 200\n`));
  });

  test.serial('other orders are refused, and not passed on', async (t) => {
    const before = monolith.received.length;
    t.is((await post(`/${resource}`, { bundle: 1 }, 'm-2')).status, 422);
    t.is((await post(`/${resource}`, { gold: 1 }, 'm-2')).status, 422);
    t.is((await fetch(`${service.url}/order/`, { method: 'POST' })).status, 404);
    t.is(monolith.received.length, before);
  });

  test.serial('a failing monolith is a 5xx, which SNS retries', async (t) => {
    monolith.answer = answering(502);
    t.is((await post(`/${resource}/`, { [resource]: 1 }, 'm-3')).status, 502);
    monolith.answer = answering(200, '{}');
    t.is((await post(`/${resource}/`, { [resource]: 1 }, 'm-3')).status, 200);
  });

  test.serial('health is at the path that the load balancer checks', async (t) => {
    const response = await fetch(`${service.url}/${resource}/`);
    t.is(response.status, 200);
    t.like(await response.json(), { status: 'healthy', service: resource, build: 'latest' });
  });

  test('without monolithUrl it does not start', async (t) => {
    const run = spawnBuild(entry, {});
    t.is(await run.ended, 1);
    t.true(run.stderr().includes('INVALID_CONFIG: monolithUrl'));
  });
}
