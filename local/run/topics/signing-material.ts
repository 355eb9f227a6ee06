/**
 * The plane's keys: a certificate authority, the https certificate of the server that publishes the signing certificate,
 * and the SNS signing certificate itself. Made once, kept in the state folder, readable by its owner only.
 */
import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type Clock, createClock } from '../clock.ts';
import type { Random } from '../random.ts';

export interface SigningMaterial {
  /** PEM file of the authority, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  readonly caPem: string;
  /** Of the https server. */
  readonly serverCertificatePem: string;
  readonly serverKeyPem: string;
  /** What receivers verify signatures with. */
  readonly certificatePem: string;
  /** RSA 2048, PKCS #8. The load harness signs SNS-shaped orders with it. */
  readonly privateKeyPem: string;
  /** `/SimpleNotificationService-<hash>.pem`. */
  readonly certificatePath: string;
  /** `https://<host><certificatePath>`. */
  readonly signingCertUrl: string;
}

interface Stored {
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
/** Material that would expire during a long session is made anew. */
const RENEW_BEFORE_MS = 7 * DAY_MS;

/**
 * Reads the material from `dir`, or makes it where there is none, it is damaged or it is about to expire.
 * @param options.host where the certificate server listens, `127.0.0.1:<port>`
 * @param options.clock default: the machine's (certificates live in wall time)
 */
export async function createSigningMaterial(options: {
  dir: string;
  random: Random;
  host: string;
  clock?: Clock;
}): Promise<SigningMaterial> {
  const { dir, random, host, clock = createClock() } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'signing.json');
  let stored = await readStored(file, clock.wallNow());
  if (!stored) {
    stored = await generate(random, clock.wallNow());
    await writeAtomically(file, JSON.stringify(stored), random);
  }
  const caFile = join(dir, 'ca.pem');
  await writeAtomically(caFile, stored.caPem, random);
  const hash = createHash('sha256').update(stored.certificatePem).digest('hex').slice(0, 32);
  const certificatePath = `/SimpleNotificationService-${hash}.pem`;
  const { caPem, serverCertificatePem, serverKeyPem, certificatePem, privateKeyPem } = stored;
  return {
    caFile,
    caPem,
    serverCertificatePem,
    serverKeyPem,
    certificatePem,
    privateKeyPem,
    certificatePath,
    signingCertUrl: `https://${host}${certificatePath}`,
  };
}

async function generate(random: Random, nowMs: number): Promise<Stored> {
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

/** @returns null where the file is absent, damaged or nearly expired */
async function readStored(file: string, nowMs: number): Promise<Stored | null> {
  try {
    const stored = JSON.parse(await readFile(file, 'utf8')) as Stored;
    if (stored.version !== 1 || !(Date.parse(stored.expiresAt) > nowMs + RENEW_BEFORE_MS)) return null;
    createPrivateKey(stored.privateKeyPem);
    createPrivateKey(stored.serverKeyPem);
    for (const pem of [stored.caPem, stored.serverCertificatePem, stored.certificatePem]) new x509.X509Certificate(pem);
    return stored;
  } catch {
    return null;
  }
}

async function writeAtomically(file: string, text: string, random: Random): Promise<void> {
  const temporary = `${file}.${random.hex(8)}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
