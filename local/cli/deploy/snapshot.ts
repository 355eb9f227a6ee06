/** What is seen of a deployment at one moment, and what changed since the moment before. Pure. */

export interface Side {
  readonly taskSet: string;
  readonly targetGroup: string;
  /** `family:revision`; empty where it is not known. */
  readonly taskDefinition: string;
  /** Tag of the image that the deployment is about. */
  readonly version: string;
  readonly status: string;
  readonly running: number;
  readonly desired: number;
  /** Share of production traffic, 0–100. */
  readonly weight: number;
}

export interface EventLine {
  readonly name: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** The function that runs at it. */
  readonly hook: string | null;
  readonly message: string | null;
}

export interface BlueGreenSnapshot {
  readonly kind: 'blue-green';
  readonly deploymentId: string;
  readonly status: string;
  readonly cluster: string;
  readonly service: string;
  readonly config: string;
  /** Set where this deployment rolls another one back. */
  readonly rollsBack: string | null;
  readonly rollbackDeploymentId: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly lifecycleEvents: readonly EventLine[];
  readonly blue: Side | null;
  readonly green: Side | null;
  /** Traffic has moved and blue waits for its end. */
  readonly blueWaits: boolean;
}

export interface RollingDeployment {
  readonly id: string;
  readonly status: string;
  readonly taskDefinition: string;
  readonly version: string;
  readonly running: number;
  readonly desired: number;
  readonly pending: number;
  readonly failed: number;
  readonly rolloutState: string;
  readonly reason: string;
}

export interface RollingSnapshot {
  readonly kind: 'rolling';
  readonly deploymentId: string;
  readonly cluster: string;
  readonly service: string;
  /** PRIMARY first. */
  readonly deployments: readonly RollingDeployment[];
  /** The service's own words since the deployment began, oldest first. */
  readonly messages: readonly string[];
}

export type Snapshot = BlueGreenSnapshot | RollingSnapshot;

/** One line for each thing that changed, in the order of the deployment. */
export function changesBetween(before: Snapshot | null, now: Snapshot): readonly string[] {
  if (now.kind === 'rolling') return rollingChanges(before?.kind === 'rolling' ? before : null, now);
  const same = before?.kind === 'blue-green' && before.deploymentId === now.deploymentId;
  return blueGreenChanges(same ? before : null, now);
}

function blueGreenChanges(before: BlueGreenSnapshot | null, now: BlueGreenSnapshot): readonly string[] {
  const lines: string[] = [];
  for (const event of now.lifecycleEvents) {
    const old = before?.lifecycleEvents.find(({ name }) => name === event.name);
    if (event.status === 'Pending' || old?.status === event.status) continue;
    lines.push(eventText(event));
  }
  for (const side of ['blue', 'green'] as const) {
    const [old, next] = [before?.[side] ?? null, now[side]];
    if (sideText(old) === sideText(next)) continue;
    lines.push(next ? `${side.padEnd(5)}  ${sideText(next)}` : `${side.padEnd(5)}  gone`);
  }
  if (now.blueWaits && !before?.blueWaits && now.status === 'InProgress')
    lines.push('traffic has moved; blue waits for its end');
  if (before?.status !== now.status) lines.push(`${now.deploymentId}  ${now.status}`);
  if (now.error && !before?.error) lines.push(`${now.error.code}: ${now.error.message}`);
  return lines;
}

export function eventText(event: EventLine): string {
  const hook = event.hook && event.status !== 'Skipped' ? `  (${event.hook})` : '';
  const why = event.message && event.status === 'Failed' ? `: ${event.message}` : '';
  return `${event.name.padEnd(21)}  ${event.status}${hook}${why}`;
}

export function sideText(side: Side | null): string {
  if (side === null) return '';
  const version = side.version ? ` (${side.version})` : '';
  const name = side.taskDefinition || side.taskSet;
  return `${percent(side.weight)}  ${name}${version}  ${side.running}/${side.desired} running  ${side.targetGroup}  ${side.status}`;
}

export const percent = (weight: number): string => `${String(Math.round(weight * 10) / 10).padStart(3)} %`;

function rollingChanges(before: RollingSnapshot | null, now: RollingSnapshot): readonly string[] {
  const lines = now.messages.slice(before?.messages.length ?? 0);
  const changed = now.deployments.flatMap((one) => {
    const old = before?.deployments.find(({ id }) => id === one.id);
    return old && rollingText(old) === rollingText(one) ? [] : [rollingText(one)];
  });
  const gone = (before?.deployments ?? []).filter(({ id }) => !now.deployments.some((one) => one.id === id));
  return [...lines, ...changed, ...gone.map((one) => `${one.status.padEnd(8)} ${one.taskDefinition} is gone`)];
}

export function rollingText(one: RollingDeployment): string {
  const failed = one.failed > 0 ? `, ${one.failed} failed` : '';
  const version = one.version ? ` (${one.version})` : '';
  return `${one.status.padEnd(8)} ${one.taskDefinition}${version}  ${one.running}/${one.desired} running, ${one.pending} pending${failed}  ${one.rolloutState}`;
}
