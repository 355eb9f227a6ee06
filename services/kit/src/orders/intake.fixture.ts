/** Fixture: services that take orders, a certificate server, an AWS endpoint, a signer and a stranger. */

import { sendText } from '../reply.ts';
import { type CertificateServer, makeCertificate, type Pair, startCertificateServer } from '../testing/certificates.ts';
import { type RunningService, startService, testConfig } from '../testing/service.ts';
import { type Stub, startStub } from '../testing/stub.ts';
import { createIntake, type Order } from './intake.ts';

export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:Orders';

export interface Intaker extends RunningService {
  /** Taken so far. */
  readonly orders: Order[];
}

export interface World {
  readonly certificates: CertificateServer;
  /** The AWS-compatible endpoint. */
  readonly aws: Stub;
  /** Whose certificate is at `certUrl`. */
  readonly signer: Pair;
  /** Whose certificate is nowhere, but the load test's where a service names it. */
  readonly stranger: Pair;
  readonly certUrl: string;
  /** A service that takes orders at `/order/`. */
  start(env: Record<string, string>): Promise<Intaker>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const [certificates, aws, signer, stranger] = await Promise.all([
    startCertificateServer(),
    startStub(),
    makeCertificate({ subject: 'sns.amazonaws.com' }),
    makeCertificate({ subject: 'sns.amazonaws.com' }),
  ]);
  const path = '/SimpleNotificationService-1.pem';
  certificates.answers.set(path, { status: 200, body: signer.certificatePem });
  const started: Intaker[] = [];
  return {
    certificates,
    aws,
    signer,
    stranger,
    certUrl: `https://${certificates.host}${path}`,
    async start(env) {
      const config = testConfig({ SIGNING_CERT_HOSTS: certificates.host, AWS_ENDPOINT_URL: aws.url, ...env });
      const orders: Order[] = [];
      const running = await startService(config, (service, log) => {
        const take = createIntake(config, log, { ca: certificates.caPem }).handler(async (exchange, order) => {
          orders.push(order);
          sendText(exchange.res, 200, 'taken');
        });
        service.post('/order/', take);
      });
      const intaker = Object.assign(running, { orders });
      started.push(intaker);
      return intaker;
    },
    async close() {
      await Promise.all([certificates.close(), aws.close(), ...started.map((each) => each.close())]);
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly problems: { path: string; rule: string }[] | undefined;
}

export async function post(to: Intaker, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${to.url}/order/`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const error = text.startsWith('{') ? JSON.parse(text).error : undefined;
  return { status: response.status, code: error?.code, problems: error?.problems };
}
