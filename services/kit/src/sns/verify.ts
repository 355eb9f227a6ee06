/** Whether an envelope was signed by somebody we trust. */
import { type KeyObject, verify as verifySignature } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { type CertificateStore, readCertificate } from './certificates.ts';
import { canonicalText, type SignedEnvelope } from './envelope.ts';
import { decideCertSource, type Trust } from './trust.ts';

/** SignatureVersion → digest of the RSA signature (SNS sns-verify-signature-of-message). */
const DIGEST = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const;

export interface Verifier {
  /** @throws ServiceError SIGNATURE_REFUSED, TOPIC_REFUSED or CERTIFICATE_UNAVAILABLE */
  verify(envelope: SignedEnvelope): Promise<void>;
}

/** @throws ServiceError SIGNATURE_REFUSED where the load test's certificate is no good */
export function createVerifier(trust: Trust, certificates: CertificateStore): Verifier {
  const loadTest = trust.loadTest ? readCertificate(trust.loadTest.pem, Date.now()) : null;

  const keyFor = async (address: string): Promise<KeyObject> => {
    const source = decideCertSource(address, trust);
    if (source === 'fetch') return certificates.keyAt(address);
    if (source !== 'load-test') throw new ServiceError('SIGNATURE_REFUSED', source.refused);
    if (!loadTest || loadTest.validTo <= Date.now()) {
      throw new ServiceError('SIGNATURE_REFUSED', "the load test's certificate is not valid any more");
    }
    return loadTest.key;
  };

  return {
    async verify(envelope) {
      if (trust.topicArns.size > 0 && !trust.topicArns.has(envelope.TopicArn)) {
        throw new ServiceError('TOPIC_REFUSED', 'messages of this topic are not taken here');
      }
      // An address in the cache has passed the trust decision before.
      const { SigningCertURL, SignatureVersion, Signature } = envelope;
      const key = certificates.cachedKeyAt(SigningCertURL) ?? (await keyFor(SigningCertURL));
      const signature = Buffer.from(Signature, 'base64');
      if (!verifySignature(DIGEST[SignatureVersion], Buffer.from(canonicalText(envelope)), key, signature)) {
        throw new ServiceError('SIGNATURE_REFUSED', 'the signature does not match the message');
      }
    },
  };
}
