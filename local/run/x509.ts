/** Keys and certificates that are made here. Whoever needs one loads this late: the library is large. */
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export { x509 };

const DAY_MS = 24 * 3600 * 1000;
const LIFETIME_MS = 365 * DAY_MS;

/** From a day ago, for clocks that are late, for a year. */
export const validityFrom = (nowMs: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(nowMs - DAY_MS),
  notAfter: new Date(nowMs + LIFETIME_MS),
});

export const newKeys = (algorithm: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams) =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

/** The private key in PKCS #8. */
export async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
