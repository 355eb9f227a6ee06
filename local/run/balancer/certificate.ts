/**
 * Certificates of HTTPS listeners. The stack's own stays with AWS: here each listener has one that signs itself, for its
 * loopback address and the load balancer's names, made when the listener is bound and kept nowhere.
 */
import { newKeys, privatePem, validityFrom, x509 } from '../x509.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * @param host the loopback address that is bound
 * @param names DNS names that clients may ask for
 */
export async function selfSigned(host: string, names: readonly string[], nowMs: number): Promise<Certificate> {
  const keys = await newKeys(ALGORITHM);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    ...validityFrom(nowMs),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: host },
        ...names.map((value) => ({ type: 'dns', value }) as const),
      ]),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privatePem(keys) };
}
