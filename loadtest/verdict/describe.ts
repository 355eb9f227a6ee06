/** What a verdict tells of its loads and its blue/green deployment. Pure. */
import { type ForumRequest, requestsOf } from './forum-record.ts';
import { isAtTheKill } from './measure-kill.ts';
import { isSuccess } from './measurement.ts';
import type { RunRecord } from './record.ts';
import { blueKeptSeconds, GUARD_WORDS, guardOf, phaseMixes } from './shift.ts';
import type { BlueGreenVerdict, Verdict } from './verdict.ts';

export function describeLoads(
  record: RunRecord,
): Pick<Verdict, 'system' | 'loads' | 'versions' | 'scenario' | 'profile'> {
  const { orders, forum } = record;
  const loads = [
    ...(orders
      ? [{ system: 'logistics', scenario: orders.scenario, requests: orders.outcomes.length, profile: orders.profile }]
      : []),
    ...(forum
      ? [{ system: 'forum', scenario: 'forum', requests: forum.requests.rows.length, profile: forum.profile }]
      : []),
  ];
  return {
    system: record.system,
    loads: loads.map(({ profile, ...load }) => ({
      ...load,
      ratePerSecond: profile.ratePerSecond,
      peakPerSecond: Math.max(profile.ratePerSecond, ...profile.steps.map((step) => step.ratePerSecond)),
    })),
    versions: forum ? countVersions(requestsOf(forum)) : [],
    scenario: loads.map((load) => load.scenario).join(' + '),
    profile: [...new Set(loads.map((load) => load.profile.name))].join(' + '),
  };
}

function countVersions(requests: readonly ForumRequest[]): Verdict['versions'] {
  const counts = new Map<string | null, number>();
  for (const { version, status } of requests) {
    if ((status ?? 0) > 0) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].map(([version, answers]) => ({ version, answers })).sort((a, b) => b.answers - a.answers);
}

export function describeBlueGreen({
  blueGreen: step,
  forum,
  clockRate,
  endedAtMs,
}: RunRecord): BlueGreenVerdict | null {
  if (!step) return null;
  const { deploymentId, kind, fault, service, tag, application, group, config, status, error, lifecycle } = step;
  const { expectedGuards, rollback } = step;
  const kept = blueKeptSeconds(step, clockRate);
  return {
    ...{ deploymentId, kind, fault, service, tag, application, group, config, status },
    guard: guardOf(step),
    expectedGuards,
    error,
    rollbackDeploymentId: rollback?.deploymentId ?? null,
    weights: phaseMixes(step, forum ? requestsOf(forum) : [], endedAtMs),
    lifecycle,
    blueKeptSeconds: kept === null ? null : Math.round(kept * 10) / 10,
  };
}

/** What the deployment's end alone says against the run, one sentence each. */
export function blueGreenReasons({ blueGreen: step, forum }: RunRecord): string[] {
  if (!step) return [];
  const reasons: string[] = [];
  const what = `deployment ${step.deploymentId ?? '(not begun)'} of ${step.service} to ${step.tag}`;
  const guard = guardOf(step);
  if (guard !== null) {
    const why = [step.error?.code, step.error?.message].filter(Boolean).join(': ') || 'no reason given';
    reasons.push(`${what} was taken back by ${GUARD_WORDS[guard]} (${why}); ${harmedBy(step, forum)}`);
  } else if (step.kind === 'drill') {
    reasons.push(`drill: ${what} was to be taken back, but it is ${step.status ?? 'unknown'}`);
  }
  if (step.problem !== null) reasons.push(`${what}: ${step.problem}`);
  return reasons;
}

const SHOWN = 10;

/** The forum's requests that went wrong, the first ten of them; none where all went well. */
export function forumReasons({ forum, startedAtMs, kill }: RunRecord): string[] {
  if (!forum) return [];
  // What a kill costs at its moment is that drill's own criterion.
  const expected = (request: ForumRequest): boolean =>
    Boolean(kill && !isSuccess(request) && isAtTheKill(kill, request));
  const wrong = requestsOf(forum).filter(
    (request) => (!isSuccess(request) || request.failedCheck !== null) && !expected(request),
  );
  if (wrong.length === 0) return [];
  const first = wrong.slice(0, SHOWN).map((request) => {
    const atSeconds = ((request.sentAtMs - startedAtMs) / 1_000).toFixed(1);
    const by = request.version === null ? '' : ` by ${request.version}`;
    return `GET ${request.path} ${whatWentWrong(request)}${by} at ${atSeconds} s`;
  });
  const more = wrong.length - first.length;
  return [
    `forum requests gone wrong: ${wrong.length} of them, ${first.join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
  ];
}

function whatWentWrong({ status, error, failedCheck }: ForumRequest): string {
  if (status === null) return 'in flight when the load ended';
  if (status === 0) return `no answer${error ? ` (${error})` : ''}`;
  return isSuccess({ status, latencyMs: null }) ? `answered with the wrong ${failedCheck}` : `answered ${status}`;
}

/** Requests of the whole step: production had better not notice. */
function harmedBy(step: NonNullable<RunRecord['blueGreen']>, forum: RunRecord['forum']): string {
  if (!forum) return 'requests harmed: no load';
  const harmed = requestsOf(forum).filter(
    (request) => request.sentAtMs >= step.startedAtMs && (!isSuccess(request) || request.failedCheck !== null),
  );
  return `${harmed.length} requests harmed`;
}
