import test from 'ava';
import { LOCAL_HEADER, proxyHeader } from './proxy-header.ts';

const ends = { clientAddress: '192.0.2.7', clientPort: 51_234, listenerAddress: '127.10.0.1', listenerPort: 443 };

test('TCP over IPv4: version 2, PROXY, addresses and ports in network order', (t) => {
  t.is(proxyHeader(ends).toString('hex'), '0d0a0d0a000d0a515549540a2111000cc00002077f0a0001c82201bb');
});

test('an address that is no IPv4 is not named; a check is LOCAL', (t) => {
  t.is(proxyHeader({ ...ends, clientAddress: '::1' }).toString('hex'), '0d0a0d0a000d0a515549540a21000000');
  t.is(LOCAL_HEADER.toString('hex'), '0d0a0d0a000d0a515549540a20000000');
});
