import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { makeCertificate } from '../balancer/certificate.ts';
import { createClock } from '../clock.ts';
import { createPoster } from './http-post.ts';

test('an HTTPS listener whose certificate signs itself is posted to', async (t) => {
  const bodies: string[] = [];
  const server = createServer(
    await makeCertificate({ host: '127.0.0.1', names: ['shop.example'], nowMs: createClock().wallNow() }),
    (req, res) => {
      req.setEncoding('utf8').on('data', (chunk: string) => bodies.push(chunk));
      req.on('end', () => res.end('ok'));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const poster = createPoster({
    clock: createClock(),
    localise: (text) => text.replace('shop.example', `127.0.0.1:${port}`),
  });
  t.teardown(async () => {
    await poster.close();
    server.close();
  });
  const { signal } = new AbortController();
  const answer = await poster.post({ endpoint: 'https://shop.example/order/', headers: {}, body: 'an order', signal });
  t.deepEqual(answer, { status: 200, error: null });
  t.is(bodies.join(''), 'an order');
});
