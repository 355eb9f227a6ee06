import test from 'ava';
import fc from 'fast-check';
import { createLocaliser } from './localise.ts';
import { dnsOf } from './testing/builders.ts';

const shop = dnsOf('shop');
const inner = `internal-${shop}`;
const hosts: Record<string, string> = { [shop]: '127.10.0.1', [inner]: '127.10.0.2' };
const real = createLocaliser([shop, inner], (dns, port) => ({ host: hosts[dns] ?? '?', port }));
const mapped = createLocaliser([shop], (_dns, port) => ({ host: '127.0.0.1', port: port + 10_000 }));

const cases: readonly (readonly [string, string, string])[] = [
  ['bare', shop, '127.10.0.1'],
  ['http', `http://${shop}/order/`, 'http://127.10.0.1/order/'],
  ['https', `https://${shop}/order/`, 'https://127.10.0.1/order/'],
  ['implied port given', `http://${shop}:80/`, 'http://127.10.0.1/'],
  ['other port', `http://${shop}:8080/x`, 'http://127.10.0.1:8080/x'],
  ['https on 80', `https://${shop}:80`, 'https://127.10.0.1:80'],
  ['bare with port', `${shop}:443`, '127.10.0.1:443'],
  ['any case', `HTTP://${shop.toUpperCase()}`, 'HTTP://127.10.0.1'],
  ['user', `http://u:p@${shop}/`, 'http://u:p@127.10.0.1/'],
  ['a name and a mail address', `${shop},someone@example.com`, '127.10.0.1,someone@example.com'],
  ['a name as user', `https://${shop}@${inner}/`, `https://${shop}@127.10.0.2/`],
  ['the longer name', `http://${inner}`, 'http://127.10.0.2'],
  ['JSON', `{"a":"${shop}","b":"http://${shop}:81"}`, '{"a":"127.10.0.1","b":"http://127.10.0.1:81"}'],
  ['end of a sentence', `See ${shop}.`, 'See 127.10.0.1.'],
  ['list', `${shop},${inner}`, '127.10.0.1,127.10.0.2'],
];
for (const [name, text, expected] of cases) test(`localises: ${name}`, (t) => t.is(real(text), expected));

const lookAlikes = [
  `x${shop}`,
  `x-${shop}`,
  `a.${shop}`,
  `${shop}.example.com`,
  `${shop}x`,
  `${shop}-2`,
  `${shop}_`,
  `${shop}:123456`,
  `${shop}:0`,
  `${shop}:80.5`,
  `https://${shop}@example.com/`,
  `https://${shop}:80@example.com/`,
  `https://${shop}:password@example.com/`,
  `https://${shop}.@127.10.0.2/`,
  `https://${shop},x@127.10.0.2/`,
  `https://${shop}.-@127.10.0.2/`,
  shop.replaceAll('.', '-'),
];
for (const text of lookAlikes) test(`leaves alone: ${text}`, (t) => t.is(real(text), text));

test('mapped ports are named', (t) => {
  t.is(mapped(`http://${shop}/x`), 'http://127.0.0.1:10080/x');
  t.is(mapped(`https://${shop}`), 'https://127.0.0.1:10443');
  t.is(mapped(`${shop}:5000`), '127.0.0.1:15000');
});

test('twice is once, and a text without names is left as it is', (t) => {
  const part = fc.constantFrom(
    shop,
    inner,
    'http://',
    'https://',
    ':8080',
    '/order/',
    ' ',
    '.',
    '-',
    ',',
    '@',
    'x',
    '"',
    shop.toUpperCase(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const once = real(text);
      t.is(real(once), once, text);
      if (!text.toLowerCase().includes(shop.toLowerCase())) t.is(once, text);
    }),
    { numRuns: 5_000 },
  );
});

test('hostile text costs no time', (t) => {
  const started = process.cpuUsage();
  real(`http://${'a'.repeat(200_000)}`);
  real(`${'http://u'.repeat(20_000)}`);
  real(`${shop.slice(0, -1)}`.repeat(3_000));
  t.true(process.cpuUsage(started).user < 1_000_000);
});
