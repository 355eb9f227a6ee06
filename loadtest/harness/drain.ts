/** Waits until no order can change its end any more, and reads the ledger's sources. */
import type { Clock } from '../../local/run/clock.ts';
import type { DeliveryReport } from '../../local/run/topics/delivery-log.ts';
import type { Profile } from '../profiles.ts';
import type { DeliveryRecord, LedgerSources, Outcome } from '../verdict/record.ts';
import type { SourceReader } from './sources.ts';

const POLL_MS = 500;

export interface DrainOptions {
  readonly outcomes: readonly Outcome[];
  readonly profile: Profile;
  readonly clock: Clock;
  readonly reader: SourceReader;
  readonly deliveries: () => Promise<DeliveryReport>;
  readonly signal: AbortSignal;
}

/** Sources that cannot be read end as `available: false` with the reason, which leaves the ledger's criteria out by name. */
export async function drainAndRead(options: DrainOptions): Promise<LedgerSources> {
  try {
    return await readSettled(options);
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { available: false, reason: `the ledger's sources could not be read: ${reason}` };
  }
}

async function readSettled(options: DrainOptions): Promise<LedgerSources> {
  const { clock, profile, reader, signal } = options;
  const latest = clock.monotonicMs() + profile.maxDrainSeconds * 1_000;
  const ids = new Set(options.outcomes.map((outcome) => outcome.id));
  await waitForDeliveries(options, ids, latest);
  let changedAtMs = clock.monotonicMs();
  let missing = Number.POSITIVE_INFINITY;
  let stored: string[] = [];
  for (;;) {
    stored = (await reader.stored()).filter((id) => ids.has(id));
    const now = clock.monotonicMs();
    if (ids.size - stored.length < missing) changedAtMs = now;
    missing = ids.size - stored.length;
    // Orders still missing get the settle time to appear: a handler may go on after its client has gone.
    if (missing === 0 || now >= latest || now - changedAtMs >= profile.settleSeconds * 1_000) break;
    await clock.sleep(POLL_MS, signal);
  }
  const effects = await reader.effects();
  const deliveries = flatten(await options.deliveries()).filter((delivery) => ids.has(delivery.messageId));
  return {
    available: true,
    stored,
    effects: effects && Object.fromEntries(Object.entries(effects).filter(([id]) => ids.has(id))),
    deliveries,
  };
}

async function waitForDeliveries(options: DrainOptions, ids: ReadonlySet<string>, latest: number): Promise<void> {
  const { clock, signal } = options;
  const pending = async (): Promise<boolean> =>
    flatten(await options.deliveries()).some((delivery) => delivery.state === 'pending' && ids.has(delivery.messageId));
  while (clock.monotonicMs() < latest && (await pending())) await clock.sleep(POLL_MS, signal);
}

/** One entry a delivery; `undelivered` (the plane stopped first) is a delivery that is still pending. */
function flatten(report: DeliveryReport): DeliveryRecord[] {
  return report.messages.flatMap(({ messageId, deliveries }) =>
    deliveries.map(({ state, attempts, lastStatus }) => ({
      messageId,
      state: state === 'undelivered' ? 'pending' : state,
      attempts,
      lastStatus,
    })),
  );
}
