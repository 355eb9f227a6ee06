/** Makes the plane's keys and certificates. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Random } from '../random.ts';

/** What is kept in the state folder. */
export interface Stored {
  readonly version: 1;
  readonly expiresAt: string;
  readonly caPem: string;
  readonly serverCertificatePem: string;
  readonly serverKeyPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const DAY_MS = 24 * 3600 * 1000;
const LIFETIME_MS = 365 * DAY_MS;
/** Three key pairs and their certificates, which takes a moment. */
export async function generateMaterial(random: Random, nowMs: number): Promise<Stored> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const [ca, server, signing] = await Promise.all([newKeys(), newKeys(), newKeys()]);
  const notBefore = new Date(nowMs - DAY_MS);
  const notAfter = new Date(nowMs + LIFETIME_MS);
  const shared = { notBefore, notAfter, signingAlgorithm: ALGORITHM };
  const issuer = 'CN=Cutover local authority';
  const caCertificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...shared,
    serialNumber: serial(random),
    name: issuer,
    keys: ca,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  const leaf = async (
    subject: string,
    keys: webcrypto.CryptoKeyPair,
    extensions: x509.Extension[],
  ): Promise<string> => {
    const certificate = await x509.X509CertificateGenerator.create({
      ...shared,
      serialNumber: serial(random),
      subject,
      issuer,
      publicKey: keys.publicKey,
      signingKey: ca.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
        ...extensions,
      ],
    });
    return certificate.toString('pem');
  };
  const loopback = [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'localhost' },
  ] as const;
  return {
    version: 1,
    expiresAt: notAfter.toISOString(),
    caPem: caCertificate.toString('pem'),
    serverCertificatePem: await leaf('CN=127.0.0.1', server, [
      new x509.SubjectAlternativeNameExtension([...loopback]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ]),
    serverKeyPem: await privatePem(server),
    certificatePem: await leaf('CN=sns.amazonaws.com', signing, []),
    privateKeyPem: await privatePem(signing),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** Positive and at most 20 bytes (RFC 5280, 4.1.2.2). */
function serial(random: Random): string {
  return `01${random.hex(30)}`;
}
