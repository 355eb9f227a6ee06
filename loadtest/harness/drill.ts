/** A drill: rolls out a version that is known to be broken, and watches whether the circuit breaker takes it back. */
import type { ServiceStatus, Status } from '../../local/status.ts';
import type { DrillRecord } from '../verdict/record.ts';
import { whatIsMissing } from './decide-steady.ts';
import { applyTold, type StageContext } from './stage-step.ts';

export async function runDrill(
  drill: { readonly service: string; readonly tag: string },
  dir: string,
  context: StageContext,
): Promise<DrillRecord> {
  const { clock, follower, pace, signal } = context;
  const before = new Map((await follower.refresh()).services.map((s) => [s.name, primaryRevision(s)]));
  const known = new Set(follower.deployments.map((deployment) => `${deployment.service}/${deployment.id}`));
  const startedAtMs = clock.wallNow();
  context.progress(`drill: rolling out ${drill.service}:${drill.tag}`);
  // The apply may wait for a steady state that never comes: it is let go when the drill is decided.
  const letGo = new AbortController();
  const applying = applyTold(dir, { ...context, signal: AbortSignal.any([signal, letGo.signal]) }).catch((error) => {
    if (letGo.signal.aborted) return null;
    throw error;
  });
  const failedOne = (): string | undefined =>
    follower.deployments.find((d) => d.rolloutState === 'FAILED' && !known.has(`${d.service}/${d.id}`))?.service;
  const rolledBack = (status: Status): boolean => failedOne() !== undefined && whatIsMissing(status).length === 0;
  const refused = applying.then(() => new Promise<never>(() => undefined));
  const settled = await Promise.race([follower.until(rolledBack, pace.steadyTimeoutSeconds * 1_000, signal), refused]);
  const settledAtMs = settled ? clock.wallNow() : null;
  letGo.abort();
  await applying;
  // By its failed deployment, so that the drill's short name need not be the service's full one.
  const service = failedOne() ?? matchService([...before.keys()], drill.service);
  context.progress(settled ? `drill: ${service} is steady again` : `drill: no clean roll-back in time`);
  await clock.sleep(pace.holdSeconds * 1_000, signal);
  const after = (await follower.refresh()).services.find((s) => s.name === service);
  return {
    service,
    tag: drill.tag,
    startedAtMs,
    settledAtMs,
    taskDefinitionBefore: before.get(service) ?? '',
    taskDefinitionAfter: after ? primaryRevision(after) : null,
  };
}

/** What the service's PRIMARY deployment runs: after a roll-back that is what holds. */
function primaryRevision(service: ServiceStatus): string {
  return service.deployments.find((d) => d.status === 'PRIMARY')?.taskDefinition ?? service.taskDefinition;
}

export function matchService(names: readonly string[], short: string): string {
  return names.find((name) => name === short) ?? names.find((name) => name.includes(short)) ?? short;
}
