/** The steps' effects on revisions and routes, done. Hooks are called in advance.ts. Decides nothing. */
import type { TrafficControl } from '../contracts-delivery.ts';
import { type Deployment, rolledOut, type ServiceRecord } from '../deployer/service-record.ts';
import type { EventLog } from '../events.ts';
import { type Move, moveTraffic } from './routes.ts';
import type { ServiceDeployment } from './service-deployment.ts';
import type { Effect } from './step.ts';

export interface EffectContext {
  readonly traffic: TrafficControl;
  readonly events: EventLog;
  readonly nowMs: number;
}

export function perform(
  record: ServiceRecord,
  d: ServiceDeployment,
  effect: Exclude<Effect, { do: 'invoke' }>,
  context: EffectContext,
): void {
  const green = record.deployments.find(({ id }) => id === d.green.id);
  const blue = record.deployments.find(({ id }) => id === d.blue?.id);
  switch (effect.do) {
    case 'end-leftovers':
      for (const one of record.deployments) if (one !== green && one !== blue) one.scale = 'ending';
      return;
    case 'scale-up':
      scaleUp(record, d, green, context);
      return;
    case 'test-traffic':
      shiftTraffic(record, d, { kind: 'test', greenPercent: effect.to === 'green' ? 100 : 0 }, context);
      return;
    case 'shift':
      shiftTraffic(record, d, { kind: 'production', greenPercent: effect.percent }, context);
      return;
    case 'end': {
      const ending = effect.side === 'green' ? green : blue;
      if (ending) ending.scale = 'ending';
      return;
    }
    case 'fail':
      if (green)
        Object.assign(green, { rolloutState: 'FAILED', rolloutStateReason: effect.reason, updatedAtMs: context.nowMs });
      return;
    case 'complete':
      complete(record, green, blue, context.nowMs);
      return;
    case 'return':
      comeBack(record, green, blue, context.nowMs);
      return;
  }
}

/** Only a group that a load balancer forwards to is health-checked: green's joins with a share of 0. */
function scaleUp(
  record: ServiceRecord,
  d: ServiceDeployment,
  green: Deployment | undefined,
  context: EffectContext,
): void {
  if (d.blue !== null) shiftTraffic(record, d, { kind: 'production', greenPercent: 0 }, context);
  if (green) green.scale = 'full';
}

export function shiftTraffic(record: ServiceRecord, d: ServiceDeployment, move: Move, context: EffectContext): void {
  for (const { pair, before } of moveTraffic(d, move, context.traffic)) {
    const [green, blue] = [nameOf(pair.greenGroupArn), nameOf(pair.blueGroupArn)];
    const { greenPercent, kind } = move;
    const rest = Math.round((100 - greenPercent) * 10) / 10;
    context.events.emit({
      source: 'ecs',
      subject: record.definition.name,
      code: kind === 'test' ? 'TEST_TRAFFIC_SHIFTED' : 'TRAFFIC_SHIFTED',
      message: `(service ${record.definition.name}) (deployment ${d.green.id}) ${kind} traffic: ${green} ${greenPercent} %, ${blue} ${rest} %`,
      data: {
        serviceDeployment: d.arn,
        listenerArn: before.listenerArn,
        ruleArn: before.ruleArn,
        after: { [blue]: rest, [green]: greenPercent },
      },
    });
  }
}

const nameOf = (targetGroupArn: string): string => targetGroupArn.split('/')[1] ?? targetGroupArn;

function complete(
  record: ServiceRecord,
  green: Deployment | undefined,
  blue: Deployment | undefined,
  nowMs: number,
): void {
  if (blue) blue.status = 'INACTIVE';
  if (!green) return;
  Object.assign(green, { ...rolledOut(green.id), updatedAtMs: nowMs });
  record.lastCompleted = green;
}

/** The failed revision is history; the one before it is the service's again, and nothing of it was touched. */
function comeBack(
  record: ServiceRecord,
  green: Deployment | undefined,
  blue: Deployment | undefined,
  nowMs: number,
): void {
  if (green) green.status = 'INACTIVE';
  if (!blue) return;
  Object.assign(blue, { status: 'PRIMARY', rolloutState: 'COMPLETED', updatedAtMs: nowMs });
  record.deployments = [blue, ...record.deployments.filter((one) => one !== blue)];
  record.lastCompleted = blue;
}
