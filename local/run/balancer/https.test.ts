/** HTTPS listeners: what passes is what passes over HTTP, and says that it was HTTPS. */
import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import type { Action } from '../../topology.ts';
import { makeMaterial } from '../topics/testing/builders.ts';
import { type BalancerSetup, forwardTo, listener, loadBalancer, startBalancer } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawTarget } from './testing/raw-client.ts';

/** A listener that became HTTPS while the load balancer ran, on the port that it had. */
async function secured(
  t: ExecutionContext,
  actions: readonly Action[],
  answer: Parameters<typeof rawTarget>[0] = answering(OK),
  setup: BalancerSetup = {},
) {
  const target = await rawTarget(answer);
  const lb = await startBalancer({ ...setup, actions });
  if (actions.some((action) => action.type === 'forward')) await lb.registered('web', target.port);
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  const changed = listener(actions, { protocol: 'HTTPS' });
  await lb.handlers.listeners.put(changed, lb.definition, lb.signal);
  const port = lb.balancer.view.listeners()[0]?.endpoint.port ?? 0;
  return { ...lb, target, port };
}

function get(
  port: number,
  agent: Agent,
): Promise<{ status: number; location: string; certificate: Buffer; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof get>>>();
  const sent = request(
    { host: '127.0.0.1', port, path: '/a?b=1', agent, headers: { host: 'shop.example' } },
    (answer) => {
      let body = '';
      const certificate = (answer.socket as TLSSocket).getPeerCertificate().raw;
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          location: answer.headers.location ?? '',
          certificate,
          body,
        }),
      );
    },
  );
  sent.on('error', reject).end();
  return promise;
}

test('requests pass, connections are kept, and targets are told https', async (t) => {
  const lb = await secured(t, [forwardTo('web')]);
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const first = await get(lb.port, agent);
  t.is(first.status, 200);
  t.is((await get(lb.port, agent)).body, first.body);
  t.regex(lb.target.requests.join(''), /X-Forwarded-Proto: https\r\nX-Forwarded-Port: \d+\r\n/);
  const names = new X509Certificate(first.certificate).subjectAltName ?? '';
  t.true(names.includes('127.0.0.1') && names.includes(loadBalancer().dnsName), names);
});

test('who trusts the plane’s authority trusts the listener, by its address and by each of its names', async (t) => {
  const { material, dispose } = await makeMaterial();
  t.teardown(dispose);
  const lb = await secured(t, [forwardTo('web')], undefined, {
    authorityKeyPem: material.caKeyPem,
    loadBalancer: { aliases: ['shop.example'] },
  });
  for (const servername of ['', 'shop.example', 'localhost', loadBalancer().dnsName]) {
    const agent = new Agent({ ca: material.caPem, ...(servername ? { servername } : {}) });
    t.is((await get(lb.port, agent)).status, 200, servername);
  }
  await t.throwsAsync(get(lb.port, new Agent({ ca: material.caPem, servername: 'other.example' })), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  await t.throwsAsync(get(lb.port, new Agent({})), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test('redirects keep the protocol that was spoken', async (t) => {
  const keep = { protocol: '#{protocol}', host: '#{host}', port: '#{port}', query: '#{query}' };
  const lb = await secured(t, [{ type: 'redirect', ...keep, path: '/new/#{path}', statusCode: 301 }]);
  const agent = new Agent({ rejectUnauthorized: false });
  const { status, location } = await get(lb.port, agent);
  t.is(status, 301);
  t.is(location, `https://shop.example:${lb.port}/new/a?b=1`);
});

test('what speaks no TLS, or too old one, is no request and ends nothing', async (t) => {
  const lb = await secured(t, [forwardTo('web')]);
  t.notRegex(await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /HTTP/);
  const { promise, resolve } = Promise.withResolvers<string>();
  const old = connect({
    host: '127.0.0.1',
    port: lb.port,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  old.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  old.on('secureConnect', () => resolve('connected'));
  t.not(await promise, 'connected');
  const agent = new Agent({ rejectUnauthorized: false });
  t.is((await get(lb.port, agent)).status, 200);
});

test('an answer that breaks off breaks off for the client, and the listener serves on', async (t) => {
  let torn = true;
  const lb = await secured(t, [forwardTo('web')], (received, socket) => {
    const answer = answering(OK)(received);
    if (answer === null || !torn) return answer;
    torn = false;
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    return null;
  });
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  t.teardown(() => agent.destroy());
  await t.throwsAsync(get(lb.port, agent), { code: 'ECONNRESET' });
  t.is((await get(lb.port, agent)).status, 200);
});
