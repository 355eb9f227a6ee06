/** Fixtures: certificates made on the spot, an https server that serves them, and envelopes signed with them. */
import 'reflect-metadata';
import { createSign, randomUUID, webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { canonicalText, type SignedEnvelope } from '../sns/envelope.ts';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };

export interface Pair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface CertificateOptions {
  readonly subject?: string;
  readonly bits?: number;
  /** Offsets from now, milliseconds. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** An elliptic-curve key in place of RSA. */
  readonly elliptic?: boolean;
}

/** A self-signed certificate that is its own authority and also names 127.0.0.1 and localhost. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<Pair> {
  const algorithm = options.elliptic
    ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    : { ...RSA, modulusLength: options.bits ?? 2_048 };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${options.subject ?? 'cutover-test'}`,
    notBefore: new Date(Date.now() + (options.fromMs ?? -60_000)),
    notAfter: new Date(Date.now() + (options.untilMs ?? 3_600_000)),
    signingAlgorithm: algorithm,
    keys: keys as never,
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    certificatePem: certificate.toString('pem'),
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}

export interface CertificateServer {
  /** `127.0.0.1:<port>`, as SIGNING_CERT_HOSTS takes it. */
  readonly host: string;
  /** Its own certificate: the authority to trust. */
  readonly caPem: string;
  /** path → answer; change it at will. */
  readonly answers: Map<string, { status: number; body: string; headers?: Record<string, string> }>;
  /** Paths asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startCertificateServer(): Promise<CertificateServer> {
  const own = await makeCertificate({ subject: 'cutover-test-ca' });
  const answers: CertificateServer['answers'] = new Map();
  const asked: string[] = [];
  const server: Server = createServer({ cert: own.certificatePem, key: own.privateKeyPem }, (req, res) => {
    asked.push(req.url ?? '');
    const answer = answers.get(req.url ?? '') ?? { status: 404, body: '' };
    // Status 0: never answered.
    if (answer.status === 0) return;
    res.writeHead(answer.status, answer.headers);
    res.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: own.certificatePem,
    answers,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Fields = Record<string, unknown>;

/** A signed notification; `change` alters fields before it is signed. */
export function signedNotification(signer: Pair, certUrl: string, change: Fields = {}): Fields {
  return sign(signer, {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: 'arn:aws:sns:us-east-1:000000000000:Orders',
    Message: '{"bundle":"1"}',
    Timestamp: '2026-01-01T00:00:00.000Z',
    SignatureVersion: '2',
    SigningCertURL: certUrl,
    ...change,
  });
}

/** A signed SubscriptionConfirmation. */
export function signedConfirmation(signer: Pair, certUrl: string, change: Fields = {}): Fields {
  return signedNotification(signer, certUrl, {
    Type: 'SubscriptionConfirmation',
    Message: 'You have chosen to subscribe to the topic.',
    Token: 'a1b2c3',
    SubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription',
    ...change,
  });
}

export function sign(signer: Pair, envelope: Fields): Fields {
  const digest = envelope.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(digest)
    .update(canonicalText(envelope as unknown as SignedEnvelope))
    .sign(signer.privateKeyPem, 'base64');
  return { ...envelope, Signature: signature };
}
