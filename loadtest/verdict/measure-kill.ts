/** What a kill drill says. Pure. */
import { answersOf } from './answers.ts';
import { controlMinutes } from './control-time.ts';
import type { KillRecord } from './kill-record.ts';
import { excludeAll, isSuccess, type Some } from './measurement.ts';
import type { Outcome, RunRecord } from './record.ts';

/**
 * A request that is on its way to a killed task is lost with it, and until ECS has seen the task's end the balancer sends
 * it further ones: nothing answers those, on AWS either. Wall, since requests are in real time.
 */
export const BLAST_MS = 3_000;

const KILL_CRITERIA = ['recovery-minutes', 'not-recovered', 'failed-at-the-kill'] as const;

export function measureKill(record: RunRecord): Some<(typeof KILL_CRITERIA)[number]> {
  const { kill, clockRate } = record;
  if (!kill) return excludeAll(KILL_CRITERIA, 'nothing was killed');
  const { killedAtMs, recoveredAtMs } = kill;
  const answers = answersOf(record);
  const around = answers.filter((answer) => isAtTheKill(kill, answer));
  const failed = around.filter((answer) => !isSuccess(answer)).length;
  return {
    'recovery-minutes':
      killedAtMs === null || recoveredAtMs === null
        ? { excluded: 'it never recovered' }
        : { value: controlMinutes(recoveredAtMs - killedAtMs, clockRate), samples: 1 },
    'not-recovered': { value: recoveredAtMs === null ? 1 : 0, samples: 1 },
    'failed-at-the-kill': { value: around.length > 0 ? (failed / around.length) * 100 : null, samples: around.length },
  };
}

/** True for what was on its way when it happened, or sent before ECS can have seen it. */
export function isAtTheKill(
  { killedAtMs }: Pick<KillRecord, 'killedAtMs'>,
  { sentAtMs, latencyMs }: Pick<Outcome, 'sentAtMs' | 'latencyMs'>,
): boolean {
  if (killedAtMs === null) return false;
  return sentAtMs <= killedAtMs + BLAST_MS && (latencyMs === null || sentAtMs + latencyMs >= killedAtMs);
}

/** What the drill says against the system, beside its criteria. */
export function killReasons({ kill }: RunRecord): string[] {
  return kill?.problem ? [`kill ${kill.what}: ${kill.problem}`] : [];
}

/** For people: what was killed, and how long it took. */
export function killLine({ kill, clockRate }: RunRecord): string {
  if (!kill?.killedAtMs) return '';
  const what = `${kill.instanceId ? `instance ${kill.instanceId} with ` : ''}${kill.victims.length} tasks`;
  if (kill.recoveredAtMs === null) return `Killed ${what}; it never was as before again.`;
  const tookMs = kill.recoveredAtMs - kill.killedAtMs;
  const minutes = controlMinutes(tookMs, clockRate);
  return `Killed ${what}; all was as before after ${(tookMs / 1_000).toFixed(1)} s, ${minutes.toFixed(1)} min of control time.`;
}
