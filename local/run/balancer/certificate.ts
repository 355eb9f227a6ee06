/**
 * Certificates of HTTPS listeners. The stack's own stays with AWS: here each listener has one of the plane's authority,
 * which the plane's tasks trust, for its loopback address and the load balancer's names. It is made when the listener is
 * bound and kept nowhere.
 */
import type { Random } from '../random.ts';
import { certify, newKeys, privatePem, signingKey, validityFrom, x509 } from '../x509.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Who signs, and with what. */
export interface Authority {
  readonly keyPem: string;
  readonly random: Pick<Random, 'hex'>;
}

export interface CertificateOptions {
  /** The loopback address that is bound. */
  readonly host: string;
  /** DNS names that clients may ask for. */
  readonly names: readonly string[];
  /** Wall. */
  readonly nowMs: number;
  /** Default: the certificate signs itself. */
  readonly authority?: Authority | undefined;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export async function makeCertificate({ host, names, nowMs, authority }: CertificateOptions): Promise<Certificate> {
  const keys = await newKeys(ALGORITHM);
  const extensions = [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: 'ip', value: host },
      ...names.map((value) => ({ type: 'dns', value }) as const),
    ]),
  ];
  const key = await privatePem(keys);
  const subject = `CN=${host}`;
  if (authority) {
    const { keyPem, random } = authority;
    const signing = { signingKey: await signingKey(keyPem), random, nowMs };
    return { cert: await certify({ subject, publicKey: keys.publicKey, extensions, ...signing }), key };
  }
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...validityFrom(nowMs),
    name: subject,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions,
  });
  return { cert: own.toString('pem'), key };
}
