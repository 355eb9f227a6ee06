/**
 * The plane's keys: a certificate authority, the https certificate of the server that publishes the signing certificate,
 * and the SNS signing certificate itself. Made once, kept in the state folder, readable by its owner only.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, createClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Stored } from './generate-material.ts';

export interface SigningMaterial {
  /** PEM file of the authority, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  readonly caPem: string;
  /** Signs the certificates of HTTPS listeners. */
  readonly caKeyPem: string;
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

const DAY_MS = 24 * 3600 * 1000;
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
    // What makes certificates is large, and needed once.
    const { generateMaterial } = await import('./generate-material.ts');
    stored = await generateMaterial(random, clock.wallNow());
    await writeAtomically(file, JSON.stringify(stored), random);
  }
  const caFile = join(dir, 'ca.pem');
  await writeAtomically(caFile, stored.caPem, random);
  const hash = createHash('sha256').update(stored.certificatePem).digest('hex').slice(0, 32);
  const certificatePath = `/SimpleNotificationService-${hash}.pem`;
  const { caPem, caKeyPem, serverCertificatePem, serverKeyPem, certificatePem, privateKeyPem } = stored;
  return {
    caFile,
    caPem,
    caKeyPem,
    serverCertificatePem,
    serverKeyPem,
    certificatePem,
    privateKeyPem,
    certificatePath,
    signingCertUrl: `https://${host}${certificatePath}`,
  };
}

/** @returns null where the file is absent, damaged or nearly expired */
async function readStored(file: string, nowMs: number): Promise<Stored | null> {
  try {
    const stored = JSON.parse(await readFile(file, 'utf8')) as Stored;
    if (stored.version !== 2 || !(Date.parse(stored.expiresAt) > nowMs + RENEW_BEFORE_MS)) return null;
    createPrivateKey(stored.privateKeyPem);
    createPrivateKey(stored.serverKeyPem);
    createPrivateKey(stored.caKeyPem);
    for (const pem of [stored.caPem, stored.serverCertificatePem, stored.certificatePem]) new X509Certificate(pem);
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
