/** Signed orders and the certificate that vouches for them, made for one run. */
import 'reflect-metadata';
import { createSign, randomUUID, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export const CERT_URL = 'https://loadtest.cutover.invalid/cert.pem';

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** @param count how many different orders; signing one takes about a millisecond */
export async function signedOrders(count: number): Promise<{ certificatePem: string; bodies: string[] }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=bench',
    keys,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: ALGORITHM,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const key = { key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' } as const;
  const bodies = Array.from({ length: count }, () => {
    const fields = {
      Message: '{"bundle":"1"}',
      MessageId: randomUUID(),
      Timestamp: new Date().toISOString(),
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:Orders',
      Type: 'Notification',
    };
    const canonical = Object.entries(fields).flat().join('\n');
    const signature = createSign('RSA-SHA256').update(`${canonical}\n`).sign(key, 'base64');
    return JSON.stringify({ ...fields, SignatureVersion: '2', Signature: signature, SigningCertURL: CERT_URL });
  });
  return { certificatePem: certificate.toString('pem'), bodies };
}
