/** Makes the plane's keys and certificates. */
import type { webcrypto } from 'node:crypto';
import type { Random } from '../random.ts';
import { newKeys, privatePem, validityFrom, x509 } from '../x509.ts';

/** What is kept in the state folder. */
export interface Stored {
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

/** Three key pairs and their certificates, which takes a moment. */
export async function generateMaterial(random: Random, nowMs: number): Promise<Stored> {
  const [ca, server, signing] = await Promise.all([newKeys(ALGORITHM), newKeys(ALGORITHM), newKeys(ALGORITHM)]);
  const validity = validityFrom(nowMs);
  const shared = { ...validity, signingAlgorithm: ALGORITHM };
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
    expiresAt: validity.notAfter.toISOString(),
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

/** Positive and at most 20 bytes (RFC 5280, 4.1.2.2). */
function serial(random: Random): string {
  return `01${random.hex(30)}`;
}
