/** Makes the plane's keys and certificates. */
import type { webcrypto } from 'node:crypto';
import type { Random } from '../random.ts';
import { AUTHORITY_NAME, certify, newKeys, privatePem, RSA, serial, validityFrom, x509 } from '../x509.ts';

/** What is kept in the state folder. */
export interface Stored {
  readonly version: 2;
  readonly expiresAt: string;
  readonly caPem: string;
  readonly caKeyPem: string;
  readonly serverCertificatePem: string;
  readonly serverKeyPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Three key pairs and their certificates, which takes a moment. */
export async function generateMaterial(random: Random, nowMs: number): Promise<Stored> {
  const [ca, server, signing] = await Promise.all([newKeys(RSA), newKeys(RSA), newKeys(RSA)]);
  const validity = validityFrom(nowMs);
  const caCertificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    signingAlgorithm: RSA,
    serialNumber: serial(random),
    name: AUTHORITY_NAME,
    keys: ca,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(ca.publicKey),
    ],
  });
  const authorityId = await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey);
  const leaf = (subject: string, { publicKey }: webcrypto.CryptoKeyPair, own: x509.Extension[]): Promise<string> => {
    const extensions = [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      authorityId,
      ...own,
    ];
    return certify({ subject, publicKey, extensions, signingKey: ca.privateKey, random, nowMs });
  };
  const loopback = [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'localhost' },
  ] as const;
  return {
    version: 2,
    expiresAt: validity.notAfter.toISOString(),
    caPem: caCertificate.toString('pem'),
    caKeyPem: await privatePem(ca),
    serverCertificatePem: await leaf('CN=127.0.0.1', server, [
      new x509.SubjectAlternativeNameExtension([...loopback]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ]),
    serverKeyPem: await privatePem(server),
    certificatePem: await leaf('CN=sns.amazonaws.com', signing, []),
    privateKeyPem: await privatePem(signing),
  };
}
