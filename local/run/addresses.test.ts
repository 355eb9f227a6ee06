import { createServer } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {
  arnOf,
  dnsOf,
  linux,
  listener,
  loadBalancer,
  machine,
  macOs,
  unprivileged,
} from './addresses/testing/builders.ts';
import { createAddressBook } from './addresses.ts';

const shop = [loadBalancer('shop'), loadBalancer('hq')];
const ports = [listener('shop', 80), listener('shop', 8080), listener('hq', 443)];

test('each thing has its own address and real ports', async (t) => {
  const book = await createAddressBook({ probe: linux() });
  book.setLoadBalancers(shop, ports);
  t.is(book.mode, 'loopback');
  t.deepEqual(book.listener(arnOf('shop'), 80), { host: '127.10.0.1', port: 80 });
  t.is(book.loadBalancerHost(arnOf('hq')), '127.10.0.2');
  t.deepEqual(
    [book.instance('i-1'), book.instance('i-2'), book.instance('i-1')],
    ['127.20.0.1', '127.20.0.2', '127.20.0.1'],
  );
  t.is(book.leaseTask('a'), '127.30.0.1');
  t.is(book.bindPort('127.20.0.1', 80), 80);
  t.is(book.awsEndpoint, 'http://127.0.0.1:4566');
  t.is(book.consoleEndpoint, 'http://127.0.0.1:4567');
  t.deepEqual(book.describe(), [`${dnsOf('shop')} is 127.10.0.1`, `${dnsOf('hq')} is 127.10.0.2`]);
});

test('a name keeps its address through replacement; a removed one gives it back', async (t) => {
  const book = await createAddressBook({ probe: linux() });
  book.setLoadBalancers(shop, ports);
  book.setLoadBalancers([loadBalancer('hq', '1'.repeat(16))], []);
  t.is(book.loadBalancerHost(arnOf('hq', '1'.repeat(16))), '127.10.0.2');
  t.throws(() => book.loadBalancerHost(arnOf('shop')), { message: /does not know/ });
  t.is(book.localise(dnsOf('shop')), dnsOf('shop'));
  book.setLoadBalancers([loadBalancer('hq', '1'.repeat(16)), loadBalancer('new')], []);
  t.is(book.loadBalancerHost(arnOf('new')), '127.10.0.1');
});

test('a name that a record leads to a load balancer is its name too, as a host, not in a mail address', async (t) => {
  const book = await createAddressBook({ probe: linux() });
  const named = [loadBalancer('shop'), { ...loadBalancer('hq'), aliases: ['example.com', 'hq.example.com'] }];
  book.setLoadBalancers(named, ports);
  t.is(book.localise('https://hq.example.com/orders'), 'https://127.10.0.2/orders');
  t.is(book.localise('http://example.com:8080/'), 'http://127.10.0.2:8080/');
  t.is(book.localise('HOST=hq.example.com'), 'HOST=127.10.0.2');
  for (const other of ['ops@example.com', 'https://www.example.com/', 'hq.example.com.au'])
    t.is(book.localise(other), other);
  book.setLoadBalancers(shop, ports);
  t.is(book.localise('hq.example.com'), 'hq.example.com');
});

test('two planes side by side never share an address, whatever their port bases', async (t) => {
  const taken = new Set<string>();
  const bases = [4566, 5566, 5566 + 255, 5566 + 510, 4566 + 1];
  const books = [];
  for (const portBase of bases) books.push(await createAddressBook({ portBase, probe: linux(taken) }));
  const addresses = books.map((book) => {
    book.setLoadBalancers(shop, ports);
    return book.loadBalancerHost(arnOf('shop'));
  });
  t.is(new Set(addresses).size, bases.length);
  t.is(addresses[0], '127.10.0.1');
  await books[1]!.close();
  const again = await createAddressBook({ portBase: 5566, probe: linux(taken) });
  again.setLoadBalancers(shop, ports);
  t.is(again.loadBalancerHost(arnOf('shop')), addresses[1] ?? '');
});

test('where low ports are denied they are mapped, never onto one another, and it is said', async (t) => {
  const book = await createAddressBook({ probe: unprivileged() });
  book.setLoadBalancers(shop, [listener('shop', 10_080), ...ports]);
  t.is(book.mode, 'mapped');
  const bound = [10_080, 80, 8080].map((port) => book.listener(arnOf('shop'), port).port);
  t.deepEqual(bound, [10_080, 10_081, 8080]);
  t.is(book.bindPort('127.20.0.1', 80), 10_080);
  t.is(book.bindPort('127.20.0.1', 80), 10_080);
  t.is(book.localise(`http://${dnsOf('shop')}/order/`), 'http://127.10.0.1:10081/order/');
  t.regex(book.describe().join('\n'), /may not bind ports below 1024[\s\S]*127\.10\.0\.1: port 80 is 10081/);
});

test('where another program has port 80 on all addresses, that is the reason given', async (t) => {
  const probe = machine((_host, port) => (port === 80 ? 'in-use' : 'free'));
  const book = await createAddressBook({ probe });
  t.is(book.mode, 'mapped');
  t.regex(book.describe()[0] ?? '', /another program has port 80/);
});

test('with one address only, every wish gets a port of its own from the range of the plane', async (t) => {
  const book = await createAddressBook({ probe: macOs(), portBase: 5000 });
  book.setLoadBalancers(shop, ports);
  t.is(book.mode, 'mapped');
  const listeners = ports.map(({ loadBalancerArn, port }) => book.listener(loadBalancerArn, port));
  t.deepEqual(
    listeners.map((one) => one.host),
    Array(3).fill('127.0.0.1'),
  );
  t.deepEqual(
    listeners.map((one) => one.port),
    [5010, 5011, 5012],
  );
  t.deepEqual(book.listener(arnOf('hq'), 443), listeners[2]);
  const host = book.instance('i-1');
  t.not(book.bindPort(host, 32_768), book.bindPort(book.instance('i-2'), 32_768));
  t.is(book.localise(`https://${dnsOf('hq')}/x`), 'https://127.0.0.1:5012/x');
  t.regex(book.describe()[0] ?? '', /only 127\.0\.0\.1/);
});

test('no two owners share an address, whatever is leased and released', async (t) => {
  const step = fc.record({ release: fc.boolean(), owner: fc.integer({ min: 0, max: 400 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 900 }), async (steps) => {
      const book = await createAddressBook({ probe: linux() });
      const held = new Map<number, string>();
      for (const { release, owner } of steps) {
        if (release) {
          book.releaseTask(String(owner));
          held.delete(owner);
          continue;
        }
        const address = book.leaseTask(String(owner));
        t.true(held.get(owner) === undefined || held.get(owner) === address);
        held.set(owner, address);
        t.regex(address, /^127\.3\d\.0\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/);
      }
      t.is(new Set(held.values()).size, held.size);
    }),
    { numRuns: 40 },
  );
});

test('a released task address rests as long as it can', async (t) => {
  const book = await createAddressBook({ probe: linux() });
  const first = book.leaseTask('a');
  book.releaseTask('a');
  const seen = Array.from({ length: 253 }, (_, i) => book.leaseTask(`b${i}`));
  t.false(seen.includes(first));
  t.is(book.leaseTask('c'), first);
});

test('when all addresses are held, the refusal says so', async (t) => {
  const book = await createAddressBook({ probe: linux() });
  for (let i = 0; i < 2_540; i++) book.leaseTask(String(i));
  t.throws(() => book.leaseTask('one more'), { message: /ADDRESS_UNAVAILABLE: no address is left for another task/ });
  book.releaseTask('7');
  t.notThrows(() => book.leaseTask('one more'));
});

test('this machine: what the book says is free can be bound', async (t) => {
  const book = await createAddressBook({ portBase: 23_460 });
  t.teardown(() => book.close());
  book.setLoadBalancers(shop, ports);
  const endpoint = book.listener(arnOf('shop'), 80);
  const server = createServer();
  t.teardown(() => server.close());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(endpoint.port, endpoint.host, resolve);
  });
  const other = await createAddressBook({ portBase: 23_460 });
  t.teardown(() => other.close());
  other.setLoadBalancers(shop, ports);
  if (book.mode === 'loopback') t.not(other.loadBalancerHost(arnOf('shop')), endpoint.host);
  else t.pass();
});
