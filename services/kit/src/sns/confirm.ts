/** The confirmation handshake: SNS sends nothing else to an endpoint that has not visited the SubscribeURL. */
import { ServiceError } from '../errors.ts';
import { Agent, get } from '../undici.ts';
import type { HandshakeEnvelope } from './envelope.ts';
import { decideSubscribeVisit, type Trust } from './trust.ts';

export interface Confirmer {
  /**
   * Visits the SubscribeURL of a verified SubscriptionConfirmation.
   * @throws ServiceError SIGNATURE_REFUSED for an address that is not trusted; DOWNSTREAM_FAILED, which SNS retries
   */
  confirm(envelope: HandshakeEnvelope): Promise<void>;
  close(): Promise<void>;
}

/** @param options.ca certificate authorities to trust besides Node's own, PEM; @param options.timeoutMs default 5 s */
export function createConfirmer(trust: Trust, options: { ca?: string; timeoutMs?: number } = {}): Confirmer {
  const timeoutMs = options.timeoutMs ?? 5_000;
  const agent = new Agent({
    connect: { timeout: timeoutMs, ...(options.ca ? { ca: options.ca } : {}) },
    connections: 2,
    maxResponseSize: 65_536,
  });
  return {
    async confirm(envelope) {
      const visit = decideSubscribeVisit(envelope.SubscribeURL, envelope.TopicArn, trust);
      if (visit !== 'visit') throw new ServiceError('SIGNATURE_REFUSED', visit.refused);
      const status = await visited(envelope.SubscribeURL, agent, timeoutMs);
      if (status !== 200) throw new ServiceError('DOWNSTREAM_FAILED', `SNS answered the confirmation with ${status}`);
    },
    close: () => agent.destroy(),
  };
}

async function visited(address: string, dispatcher: Agent, timeoutMs: number): Promise<number> {
  try {
    const response = await get(address, dispatcher, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body.dump();
    return response.statusCode;
  } catch (cause) {
    throw new ServiceError('DOWNSTREAM_FAILED', 'SNS could not be reached to confirm the subscription', { cause });
  }
}
