/** Keys and certificates that are made here. Whoever needs one loads this late: the library is large. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Random } from './random.ts';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export { x509 };

/** The plane's own authority, which its tasks trust. */
export const AUTHORITY_NAME = 'CN=Cutover local authority';

export const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

const DAY_MS = 24 * 3600 * 1000;
const LIFETIME_MS = 365 * DAY_MS;

/** From a day ago, for clocks that are late, for a year. */
export const validityFrom = (nowMs: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(nowMs - DAY_MS),
  notAfter: new Date(nowMs + LIFETIME_MS),
});

export const newKeys = (algorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams) =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

export interface CertificateRequest {
  readonly subject: string;
  readonly publicKey: webcrypto.CryptoKey;
  readonly extensions: x509.Extension[];
  /** The authority's key. */
  readonly signingKey: webcrypto.CryptoKey;
  readonly random: Pick<Random, 'hex'>;
  /** Wall. */
  readonly nowMs: number;
}

/** @returns a certificate of the plane's authority, PEM */
export async function certify({ random, nowMs, ...request }: CertificateRequest): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    ...request,
    ...validityFrom(nowMs),
    serialNumber: serial(random),
    issuer: AUTHORITY_NAME,
    signingAlgorithm: RSA,
  });
  return certificate.toString('pem');
}

/** Positive and at most 20 bytes (RFC 5280, 4.1.2.2). */
export const serial = (random: Pick<Random, 'hex'>): string => `01${random.hex(30)}`;

/** What `privatePem` gave, for signing with RSA. */
export function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, RSA, false, ['sign']);
}

/** The private key in PKCS #8. */
export async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
