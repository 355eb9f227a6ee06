/** Signs envelopes off the main thread. Version 1 is SHA1, version 2 SHA256, both RSA (SNS sns-verify-signature-of-message). */
import { createPrivateKey, sign } from 'node:crypto';
import { type EnvelopeFields, type Signature, stringToSign } from './envelope.ts';
import type { SigningMaterial } from './signing-material.ts';

export type Signer = (fields: EnvelopeFields, version: 1 | 2) => Promise<Signature>;

export function createSigner(material: Pick<SigningMaterial, 'privateKeyPem' | 'signingCertUrl'>): Signer {
  const key = createPrivateKey(material.privateKeyPem);
  return (fields, version) =>
    new Promise((resolve, reject) => {
      sign(version === 1 ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(stringToSign(fields)), key, (error, signature) => {
        if (error) reject(error);
        else resolve({ version, signature: signature.toString('base64'), certificateUrl: material.signingCertUrl });
      });
    });
}
