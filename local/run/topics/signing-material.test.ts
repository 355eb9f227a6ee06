import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import test from 'ava';
import { createRandom } from '../random.ts';
import { createSigningMaterial, startCertificateServer } from './signing.ts';
import { makeMaterial } from './testing/builders.ts';

function get(url: string, ca: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

test('the certificate server is trusted through the authority and serves only the certificate', async (t) => {
  const { material, dispose } = await makeMaterial();
  const server = await startCertificateServer({ material, port: 0 });
  t.teardown(async () => {
    await server.close();
    await dispose();
  });
  const base = `https://127.0.0.1:${server.port}`;
  const ca = await readFile(material.caFile, 'utf8');
  t.deepEqual(await get(`${base}${material.certificatePath}`, ca), { status: 200, body: material.certificatePem });
  t.is((await get(`${base}/other.pem`, ca)).status, 404);
  await t.throwsAsync(get(`${base}${material.certificatePath}`, material.certificatePem));
  const taken = await t.throwsAsync(startCertificateServer({ material, port: server.port }));
  t.regex(taken?.message ?? '', /PORT_IN_USE/);
});

test('material is private, reused, and made anew where it is damaged', async (t) => {
  const { material, dispose } = await makeMaterial('127.0.0.1:1');
  t.teardown(dispose);
  const dir = dirname(material.caFile);
  for (const name of await readdir(dir)) t.is((await stat(join(dir, name))).mode & 0o777, 0o600, name);
  const again = await createSigningMaterial({ dir, random: createRandom(), host: '127.0.0.1:2' });
  t.is(again.privateKeyPem, material.privateKeyPem);
  t.is(again.signingCertUrl, `https://127.0.0.1:2${material.certificatePath}`);
  await writeFile(join(dir, 'signing.json'), '{"version":1,');
  const renewed = await createSigningMaterial({ dir, random: createRandom(), host: '127.0.0.1:2' });
  t.not(renewed.privateKeyPem, material.privateKeyPem);
});
