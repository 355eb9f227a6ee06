/** A kill drill: kills half of the tasks, or one of the instances, under load, and waits until all is as before. */
import type { Kill, KillRecord } from '../verdict/kill-record.ts';
import { chooseVictims, notRecovered } from './decide-kill.ts';
import type { StageContext } from './stage-step.ts';

/** @throws the signal's reason when it aborts */
export async function runKill(what: Kill, context: StageContext): Promise<KillRecord> {
  const { clock, follower, pace, plane, progress, signal } = context;
  const before = await follower.refresh();
  const victims = chooseVictims(before, what);
  if (typeof victims === 'string') {
    progress(`kill ${what}: ${victims}`);
    return { what, victims: [], instanceId: null, killedAtMs: null, recoveredAtMs: null, problem: victims };
  }
  const { tasks, instanceId } = victims;
  const counts = Map.groupBy(tasks, (task) => task.service);
  const told = [...counts].map(([service, own]) => `${own.length} of ${service}`).join(', ');
  progress(`kill ${what}: ${instanceId ? `${instanceId} with ` : ''}${tasks.length} tasks (${told})`);
  const killedAtMs = clock.wallNow();
  if (instanceId) await plane.killInstance(instanceId);
  await plane.killTasks(tasks.flatMap(({ pid }) => (pid === null ? [] : [pid])));
  const recovered = await follower.until(
    (status) => notRecovered(before, status, victims).length === 0,
    pace.steadyTimeoutSeconds * 1_000,
    signal,
  );
  const recoveredAtMs = recovered ? clock.wallNow() : null;
  const missing = recovered ? [] : notRecovered(before, await follower.refresh(), victims);
  const seconds = ((clock.wallNow() - killedAtMs) / 1_000).toFixed(1);
  progress(recovered ? `kill ${what}: all is as before after ${seconds} s` : `kill ${what}: ${missing.join('; ')}`);
  await clock.sleep(pace.holdSeconds * 1_000, signal);
  const problem = recovered ? null : `not as before after ${pace.steadyTimeoutSeconds} s: ${missing.join('; ')}`;
  return { what, victims: tasks, instanceId, killedAtMs, recoveredAtMs, problem };
}
