import test from 'ava';
import { type CertificateServer, makeCertificate, startCertificateServer } from '../testing/certificates.ts';
import { createCertificateStore } from './certificates.ts';

let server: CertificateServer;
let good: string;
test.before(async () => {
  [server, { certificatePem: good }] = await Promise.all([startCertificateServer(), makeCertificate()]);
});
test.after.always(() => server.close());

let next = 0;
/** An address on the server with this answer. */
function serve(body: string, status = 200, headers?: Record<string, string>): string {
  const path = `/${next++}.pem`;
  server.answers.set(path, { status, body, headers });
  return `https://${server.host}${path}`;
}
const asked = (url: string): number => server.asked.filter((path) => path === new URL(url).pathname).length;
const store = (options = {}) => createCertificateStore({ ca: server.caPem, timeoutMs: 30_000, ...options });

test('twenty messages at once cost one fetch, and later ones none', async (t) => {
  const url = serve(good);
  const certificates = store();
  const keys = await Promise.all(Array.from({ length: 20 }, () => certificates.keyAt(url)));
  t.is(new Set(keys).size, 1);
  t.is(certificates.cachedKeyAt(url), keys[0]);
  t.is(asked(url), 1);
  await certificates.close();
});

test('a kept certificate is fetched again when its time is up', async (t) => {
  const url = serve(good);
  let now = Date.now();
  const certificates = store({ keepMs: 1_000, now: () => now });
  await certificates.keyAt(url);
  now += 999;
  await certificates.keyAt(url);
  t.is(asked(url), 1);
  now += 1;
  t.is(certificates.cachedKeyAt(url), undefined);
  await certificates.keyAt(url);
  t.is(asked(url), 2);
  await certificates.close();
});

test('the cache is bounded: the least recently used goes', async (t) => {
  const certificates = store({ maxEntries: 2 });
  const [a, b, c] = [serve(good), serve(good), serve(good)];
  await certificates.keyAt(a);
  await certificates.keyAt(b);
  certificates.cachedKeyAt(a);
  await certificates.keyAt(c);
  t.is(certificates.size, 2);
  t.truthy(certificates.cachedKeyAt(a));
  t.is(certificates.cachedKeyAt(b), undefined);
  await certificates.close();
});

test('a failure is remembered for a while: a forged address costs one fetch', async (t) => {
  const url = `https://${server.host}/forged.pem`;
  let now = Date.now();
  const certificates = store({ keepFailureMs: 1_000, now: () => now });
  for (let i = 0; i < 5; i++) await t.throwsAsync(certificates.keyAt(url), { code: 'SIGNATURE_REFUSED' });
  t.is(asked(url), 1);
  now += 1_000;
  await t.throwsAsync(certificates.keyAt(url));
  t.is(asked(url), 2);
  await certificates.close();
});

test('fetches at once are bounded; more are put off', async (t) => {
  const certificates = store({ maxFetches: 1, timeoutMs: 200 });
  const slow = certificates.keyAt(serve('', 0));
  await t.throwsAsync(certificates.keyAt(serve(good)), { code: 'CERTIFICATE_UNAVAILABLE' });
  await t.throwsAsync(slow, { code: 'CERTIFICATE_UNAVAILABLE' });
  await certificates.close();
});

test('redirects are not followed', async (t) => {
  const target = serve(good);
  const url = serve('', 302, { Location: target });
  const certificates = store();
  await t.throwsAsync(certificates.keyAt(url), { code: 'SIGNATURE_REFUSED' });
  t.is(asked(target), 0);
  await certificates.close();
});

test('an answer that is too large is cut off', async (t) => {
  const certificates = store();
  await t.throwsAsync(certificates.keyAt(serve(good + '\n'.repeat(100_000))), { code: 'CERTIFICATE_UNAVAILABLE' });
  await certificates.close();
});

test('a server whose authority is not trusted is refused', async (t) => {
  const certificates = createCertificateStore({ timeoutMs: 2_000 });
  await t.throwsAsync(certificates.keyAt(serve(good)), { code: 'CERTIFICATE_UNAVAILABLE' });
  await certificates.close();
});

test('a failing server is worth a retry, an address without a certificate is not', async (t) => {
  const certificates = store();
  await t.throwsAsync(certificates.keyAt(serve('', 500)), { code: 'CERTIFICATE_UNAVAILABLE' });
  await t.throwsAsync(certificates.keyAt(serve('', 403)), { code: 'SIGNATURE_REFUSED' });
  await certificates.close();
});

const BAD = [
  ['text that is no certificate', async () => 'hello'],
  [
    'a certificate that has expired',
    async () => (await makeCertificate({ fromMs: -7_200_000, untilMs: -3_600_000 })).certificatePem,
  ],
  [
    'a certificate of tomorrow',
    async () => (await makeCertificate({ fromMs: 3_600_000, untilMs: 7_200_000 })).certificatePem,
  ],
  ['a key that is too short', async () => (await makeCertificate({ bits: 1_024 })).certificatePem],
  ['a key that is not RSA', async () => (await makeCertificate({ elliptic: true })).certificatePem],
] as const;
for (const [what, make] of BAD) {
  test(`refused: ${what}`, async (t) => {
    const certificates = store();
    await t.throwsAsync(certificates.keyAt(serve(await make())), { code: 'SIGNATURE_REFUSED' });
    await certificates.close();
  });
}
