/** Terraform's `wait_for_steady_state`: how long an apply waits for a service, and what it says when that is in vain. */
import { CutoverError } from '../../errors.ts';
import type { Clock } from '../clock.ts';
import { currentOf } from '../service-deployments/begin.ts';
import type { ServiceRecord } from './service-record.ts';

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly find: (serviceArn: string) => ServiceRecord | undefined;
}

const POLL_WALL_MS = 50;

/** @throws CutoverError APPLY_FAILED where its deployment fails before it is steady */
export async function waitSteady(serviceArn: string, { signal, clock, find }: WaitOptions): Promise<void> {
  const begun = find(serviceArn)?.deployments[0];
  for (;;) {
    signal.throwIfAborted();
    const record = find(serviceArn);
    if (!record) return;
    const newest = record.deployments[0];
    const failed = begun?.rolloutState === 'FAILED';
    const isOver = currentOf(record) === null;
    if (record.steady || (failed && newest === begun && isOver)) {
      if (!failed) return;
      const to = newest === begun ? '' : ` It was rolled back to ${versionOf(newest)}.`;
      throw new CutoverError({
        code: 'APPLY_FAILED',
        address: record.definition.address,
        message: `deployment ${begun.id} of ${record.definition.name} (${versionOf(begun)}) failed: ${begun.rolloutStateReason}${to}`,
        rule: 'ECS deployment-circuit-breaker, deployment-alarm-failure, lambda-lifecycle-hooks',
        fix: `./cutover logs ${record.definition.name} shows what its tasks said`,
      });
    }
    await new Promise<void>((resolve) => void clock.afterWall(POLL_WALL_MS, resolve));
  }
}

const versionOf = (deployment: ServiceRecord['deployments'][number] | undefined): string =>
  `${deployment?.definition.family}:${deployment?.definition.revision}`;
