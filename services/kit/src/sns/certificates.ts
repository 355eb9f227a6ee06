/** Signing certificates: fetched once, kept in a bounded cache, checked for dates and key. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { Agent, type Dispatcher, get } from '../undici.ts';

export interface CertificateStoreOptions {
  /** Addresses kept at most; the least recently used goes first. Default 32. */
  readonly maxEntries?: number;
  /** How long a certificate is kept, milliseconds. Default one day. */
  readonly keepMs?: number;
  /** How long a failure is remembered, milliseconds. Default 5 s: a forged address costs one fetch, not one a message. */
  readonly keepFailureMs?: number;
  /** Fetches at once at most. Default 4; more are refused, which SNS retries. */
  readonly maxFetches?: number;
  /** Bound on one fetch, milliseconds. Default 5 s, within SNS's 15 s for the whole delivery. */
  readonly timeoutMs?: number;
  /** Certificate authorities to trust besides Node's own (which NODE_EXTRA_CA_CERTS extends), PEM. */
  readonly ca?: string;
  /** Time of day, milliseconds since the Unix epoch. Default Date.now. */
  readonly now?: () => number;
}

export interface CertificateStore {
  /**
   * The key of the certificate at an address that trust has let pass.
   * @throws ServiceError CERTIFICATE_UNAVAILABLE (503) where it cannot be had now; SIGNATURE_REFUSED where it is no good
   */
  keyAt(address: string): Promise<KeyObject>;
  /** The key at an address if it is in the cache: saves the hot path a promise. */
  cachedKeyAt(address: string): KeyObject | undefined;
  /** For tests and logs. */
  readonly fetches: number;
  readonly size: number;
  close(): Promise<void>;
}

interface Entry {
  readonly key?: KeyObject;
  readonly error?: ServiceError;
  readonly until: number;
}

const DEFAULTS = {
  maxEntries: 32,
  keepMs: 86_400_000,
  keepFailureMs: 5_000,
  maxFetches: 4,
  timeoutMs: 5_000,
  now: Date.now,
};
const MAX_CERTIFICATE_BYTES = 16_384;
const MIN_RSA_BITS = 2_048;

export function createCertificateStore(options: CertificateStoreOptions = {}): CertificateStore {
  return new FetchedCertificates(options);
}

class FetchedCertificates implements CertificateStore {
  fetches = 0;
  readonly #limits: Required<Omit<CertificateStoreOptions, 'ca'>>;
  readonly #agent: Agent;
  /** In the order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<KeyObject>>();

  constructor({ ca, ...limits }: CertificateStoreOptions) {
    this.#limits = { ...DEFAULTS, ...limits };
    const { timeoutMs } = this.#limits;
    this.#agent = new Agent({
      connect: { timeout: timeoutMs, ...(ca ? { ca } : {}) },
      connections: 2,
      maxResponseSize: MAX_CERTIFICATE_BYTES,
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  async keyAt(address: string): Promise<KeyObject> {
    const entry = this.#lookUp(address);
    if (entry?.error) throw entry.error;
    if (entry?.key) return entry.key;
    const underWay = this.#pending.get(address);
    if (underWay) return underWay;
    if (this.#pending.size >= this.#limits.maxFetches) throw unavailable('too many certificates are being fetched');
    const loading = this.#load(address);
    this.#pending.set(address, loading);
    return loading;
  }

  cachedKeyAt(address: string): KeyObject | undefined {
    return this.#lookUp(address)?.key;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #lookUp(address: string): Entry | undefined {
    const entry = this.#entries.get(address);
    if (!entry) return undefined;
    this.#entries.delete(address);
    if (entry.until <= this.#limits.now()) return undefined;
    this.#entries.set(address, entry);
    return entry;
  }

  #keep(address: string, entry: Entry): void {
    this.#entries.delete(address);
    this.#entries.set(address, entry);
    if (this.#entries.size > this.#limits.maxEntries) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  async #load(address: string): Promise<KeyObject> {
    const { now, keepMs, keepFailureMs, timeoutMs } = this.#limits;
    this.fetches++;
    try {
      const { key, validTo } = readCertificate(await fetchPem(address, this.#agent, timeoutMs), now());
      this.#keep(address, { key, until: Math.min(now() + keepMs, validTo) });
      return key;
    } catch (error) {
      const refused = error instanceof ServiceError ? error : unavailable('it could not be fetched', error);
      this.#keep(address, { error: refused, until: now() + keepFailureMs });
      throw refused;
    } finally {
      this.#pending.delete(address);
    }
  }
}

/**
 * @param nowMs milliseconds since the Unix epoch
 * @throws ServiceError SIGNATURE_REFUSED for what is not a current X.509 certificate with an RSA key of 2048 bits or more
 */
export function readCertificate(pem: string, nowMs: number): { key: KeyObject; validTo: number } {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw new ServiceError('SIGNATURE_REFUSED', 'the signing certificate cannot be read', { cause });
  }
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (!(from <= nowMs && nowMs < to)) {
    throw new ServiceError('SIGNATURE_REFUSED', 'the signing certificate is not valid at this time');
  }
  const key = certificate.publicKey;
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw new ServiceError(
      'SIGNATURE_REFUSED',
      `the signing certificate has no RSA key of ${MIN_RSA_BITS} bits or more`,
    );
  }
  return { key, validTo: to };
}

/** No redirect is followed: a 3xx is a refusal like any other status. */
async function fetchPem(address: string, dispatcher: Dispatcher, timeoutMs: number): Promise<string> {
  const { statusCode, body } = await get(address, dispatcher, {
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/x-pem-file, */*' },
  });
  if (statusCode !== 200) {
    await body.dump();
    const message = `the signing certificate's host answered ${statusCode}`;
    if (statusCode >= 500) throw new ServiceError('CERTIFICATE_UNAVAILABLE', message);
    throw new ServiceError('SIGNATURE_REFUSED', message);
  }
  return body.text();
}

function unavailable(why: string, cause?: unknown): ServiceError {
  return new ServiceError('CERTIFICATE_UNAVAILABLE', `the signing certificate is not available: ${why}`, { cause });
}
