/** SQS queues, held in memory and kept in the journal: enough of a queue to hold dead letters and SNS deliveries, and to read them back. */
import { createHash } from 'node:crypto';
import type { Arn } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import type { Random } from '../random.ts';
import { type Journal, type JournalChange, NO_JOURNAL } from './journal.ts';
import type { MessageAttribute, MessageAttributes } from './types.ts';

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: MessageAttributes;
  readonly sentAtMs: number;
  readonly receiptHandle: string;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export interface QueueInfo {
  readonly arn: Arn;
  readonly name: string;
  readonly url: string;
  readonly createdAtMs: number;
  readonly visibleMessages: number;
  readonly inFlightMessages: number;
}

export interface Queues {
  put(queue: { readonly arn: Arn; readonly name: string; readonly url: string }): void;
  remove(arn: Arn): void;
  list(): readonly QueueInfo[];
  /** By name, ARN or URL (of any host, as the plane's own URL differs from AWS's). */
  find(nameArnOrUrl: string): QueueInfo | null;
  /** @returns null where the queue is missing or full. */
  send(arn: Arn, body: string, attributes?: MessageAttributes): string | null;
  /** Messages become visible again after `visibilitySeconds` of control time. Waits up to `waitWallMs` for the first one. */
  receive(
    arn: Arn,
    options: {
      readonly max: number;
      readonly visibilitySeconds: number;
      readonly waitWallMs: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<readonly QueueMessage[]>;
  /** Deletes by the handle of the newest receive; an older handle does nothing, as in SQS. */
  delete(arn: Arn, receiptHandle: string): void;
  purge(arn: Arn): void;
}

interface Held {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receiptHandle: string;
  receiveCount: number;
  firstReceivedAtMs: number;
}

interface State {
  readonly arn: Arn;
  readonly name: string;
  readonly url: string;
  readonly createdAtMs: number;
  readonly messages: Map<string, Held>;
  readonly waiters: Set<() => void>;
}

const MAX_MESSAGES = 100_000;
const UNRECEIVED = { receiptHandle: '', receiveCount: 0, firstReceivedAtMs: 0 };

/** A message as it outlives a plane that is killed: visible again, and as if it had never been received. */
interface SavedMessage {
  readonly arn: Arn;
  readonly messageId: string;
  readonly body: string;
  readonly attributes: readonly (readonly [string, MessageAttribute])[];
  readonly sentAtMs: number;
}

const dropped = (arn: Arn, messageId: string): JournalChange => ['queued', `${arn} ${messageId}`, null];

export function createQueues(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal?: Journal;
}): Queues {
  const { clock, random, journal = NO_JOURNAL } = options;
  const states = new Map<Arn, State>();
  const saved = Map.groupBy(
    journal.entries('queued').map(([, value]) => value as SavedMessage),
    ({ arn }) => arn,
  );
  /** What a plane that was killed had in the queue, once. */
  const restored = (arn: Arn): Map<string, Held> => {
    const now = clock.now();
    const held = (saved.get(arn) ?? []).map(({ messageId, body, attributes, sentAtMs }): [string, Held] => [
      messageId,
      {
        messageId,
        body,
        attributes: new Map(attributes),
        // Control time begins anew with each plane.
        sentAtMs: Math.min(sentAtMs, now),
        visibleAtMs: now,
        ...UNRECEIVED,
      },
    ]);
    saved.delete(arn);
    return new Map(held);
  };
  const need = (arn: Arn): State => {
    const state = states.get(arn);
    if (!state) throw new ApiError('QueueDoesNotExist', 'The specified queue does not exist.');
    return state;
  };
  const info = (state: State): QueueInfo => {
    const hidden = [...state.messages.values()].filter((held) => held.visibleAtMs > clock.now()).length;
    const { arn, name, url, createdAtMs } = state;
    return { arn, name, url, createdAtMs, visibleMessages: state.messages.size - hidden, inFlightMessages: hidden };
  };
  const take = (state: State, max: number, visibilitySeconds: number): QueueMessage[] => {
    const now = clock.now();
    const taken: QueueMessage[] = [];
    for (const held of state.messages.values()) {
      if (taken.length >= max) break;
      if (held.visibleAtMs > now) continue;
      held.visibleAtMs = now + visibilitySeconds * 1000;
      held.receiptHandle = Buffer.from(`${held.messageId}:${random.hex(16)}`).toString('base64');
      held.receiveCount += 1;
      if (held.receiveCount === 1) held.firstReceivedAtMs = now;
      const { visibleAtMs: _hidden, ...message } = held;
      taken.push({ ...message, md5OfBody: createHash('md5').update(held.body).digest('hex') });
    }
    return taken;
  };
  return {
    put(queue) {
      if (!states.has(queue.arn)) {
        states.set(queue.arn, {
          ...queue,
          createdAtMs: clock.now(),
          messages: restored(queue.arn),
          waiters: new Set(),
        });
      }
    },
    remove(arn) {
      const state = states.get(arn);
      for (const wake of state?.waiters ?? []) wake();
      journal.commit([...(state?.messages.keys() ?? [])].map((id) => dropped(arn, id)));
      states.delete(arn);
    },
    list: () => [...states.values()].map(info),
    find(wanted) {
      const name = wanted.slice(
        Math.max(wanted.lastIndexOf('/'), wanted.startsWith('arn:') ? wanted.lastIndexOf(':') : -1) + 1,
      );
      const state = states.get(wanted) ?? [...states.values()].find((candidate) => candidate.name === name);
      return state ? info(state) : null;
    },
    send(arn, body, attributes = new Map()) {
      const state = states.get(arn);
      if (!state || state.messages.size >= MAX_MESSAGES) return null;
      const messageId = random.uuid();
      const now = clock.now();
      const message = { messageId, body, sentAtMs: now };
      state.messages.set(messageId, { ...message, attributes, visibleAtMs: now, ...UNRECEIVED });
      const kept: SavedMessage = { arn, ...message, attributes: [...attributes] };
      journal.commit([['queued', `${arn} ${messageId}`, kept]]);
      for (const wake of state.waiters) wake();
      return messageId;
    },
    async receive(arn, { max, visibilitySeconds, waitWallMs, signal }) {
      const state = need(arn);
      const taken = take(state, max, visibilitySeconds);
      if (taken.length > 0 || waitWallMs <= 0) return taken;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          cancel();
          state.waiters.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const cancel = clock.afterWall(waitWallMs, wake);
        state.waiters.add(wake);
        signal?.addEventListener('abort', wake, { once: true });
      });
      return signal?.aborted || !states.has(arn) ? [] : take(state, max, visibilitySeconds);
    },
    delete(arn, receiptHandle) {
      const state = need(arn);
      const messageId = Buffer.from(receiptHandle, 'base64').toString('latin1').split(':')[0] ?? '';
      if (state.messages.get(messageId)?.receiptHandle !== receiptHandle) return;
      state.messages.delete(messageId);
      journal.commit([dropped(arn, messageId)]);
    },
    purge(arn) {
      const { messages } = need(arn);
      journal.commit([...messages.keys()].map((id) => dropped(arn, id)));
      messages.clear();
    },
  };
}
