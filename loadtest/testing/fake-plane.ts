/** A plane for tests of the harness: its status is what the test says, its load balancer is a test target. */
import { EventEmitter, on } from 'node:events';
import type { PlaneEvent } from '../../local/run/events.ts';
import type { Status } from '../../local/status.ts';
import type { ApplyResult, DeliveryReport, PlaneClient } from '../harness/plane-client.ts';
import type { SourceReader } from '../harness/sources.ts';
import type { TestTarget } from './target.ts';

const NOTHING: ApplyResult = { created: 0, updated: 0, replaced: 0, deleted: 0, failures: [] };

export class FakePlane implements PlaneClient {
  readonly #emitter = new EventEmitter();
  readonly #target: TestTarget;
  readonly #privateKeyPem: string;
  #status: Status;
  #events = 0;
  downs = 0;
  /** How often the status was read. */
  reads = 0;
  deliveryReport: DeliveryReport = {
    version: 1,
    counters: {
      published: 0,
      delivered: 0,
      retried: 0,
      deadLettered: 0,
      failed: 0,
      filteredOut: 0,
      undelivered: 0,
      pending: 0,
    },
    messages: [],
    omitted: 0,
  };
  onApply: (dir: string, plane: FakePlane) => Promise<Partial<ApplyResult>> = async () => ({});

  constructor(status: Status, target: TestTarget, privateKeyPem: string) {
    this.#status = status;
    this.#target = target;
    this.#privateKeyPem = privateKeyPem;
  }

  /** Changes the status and tells it by an event. */
  become(status: Status, code: string, message: string): void {
    this.#status = status;
    this.#events += 1;
    const at = new Date().toISOString();
    const event: PlaneEvent = {
      id: this.#events,
      at,
      wallAt: at,
      source: 'ecs',
      subject: 'x',
      code,
      message,
      level: 'info',
    };
    this.#emitter.emit('event', event);
  }

  /** Every target has answered what the test target has seen. */
  async status(): Promise<Status> {
    this.reads += 1;
    const requests = this.#target.requests.length;
    return {
      ...this.#status,
      lastEventId: this.#events,
      targetGroups: this.#status.targetGroups.map((group) => ({
        ...group,
        targets: group.targets.map((target) => ({ ...target, requests })),
      })),
    };
  }

  async *events(_sinceId: number, signal: AbortSignal): AsyncIterable<PlaneEvent> {
    try {
      // Keeps those that come while the reader is busy with one.
      for await (const [event] of on(this.#emitter, 'event', { signal })) yield event as PlaneEvent;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  readonly killed: (number | string)[] = [];
  onKill: () => void = () => undefined;

  async killTasks(pids: readonly number[]): Promise<void> {
    this.killed.push(...pids);
    this.onKill();
  }

  async killInstance(id: string): Promise<void> {
    this.killed.push(id);
  }

  async apply(dir: string): Promise<ApplyResult> {
    return { ...NOTHING, ...(await this.onApply(dir, this)) };
  }

  async signing(): Promise<{ privateKeyPem: string; signingCertUrl: string }> {
    return { privateKeyPem: this.#privateKeyPem, signingCertUrl: 'https://127.0.0.1:4568/cert.pem' };
  }

  async deliveries(): Promise<DeliveryReport> {
    return this.deliveryReport;
  }

  async fidelity(): Promise<[]> {
    return [];
  }

  async down(): Promise<void> {
    this.downs += 1;
  }
}

/** What the test target took is what the order table has, each order once. */
export function readerOf(target: TestTarget): SourceReader {
  const ids = (): string[] =>
    target.requests
      .filter((request) => request.method === 'POST')
      .map((request) => String((JSON.parse(request.body) as { MessageId?: string }).MessageId));
  return {
    stored: async () => ids(),
    effects: async () => Object.fromEntries(ids().map((id) => [id, 1])),
    close: () => undefined,
  };
}
