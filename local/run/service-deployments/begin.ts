/** A service deployment from its first moment: which revision is blue, and in which target groups green comes up. */
import type { Arn, Service } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { Deployment, ServiceRecord } from '../deployer/service-record.ts';
import type { Random } from '../random.ts';
import {
  deploymentArnOf,
  hasShifted,
  hooksOf,
  isOver,
  newServiceDeploymentId,
  type Pair,
  type ServiceDeployment,
} from './service-deployment.ts';

type Attachment = Service['loadBalancers'][number];

/** How many service deployments stay known. */
const KEPT = 20;

export const currentOf = (record: Pick<ServiceRecord, 'serviceDeployments'>): ServiceDeployment | null => {
  const [newest] = record.serviceDeployments;
  return newest && !isOver(newest) ? newest : null;
};

/** The revision that production traffic goes to: blue, until all of it has been shifted. Null: there is none yet. */
export function liveRevision(record: ServiceRecord): Deployment | null {
  const [primary] = record.deployments;
  if (!primary) return null;
  const [newest] = record.serviceDeployments;
  if (newest && newest.green.id === primary.id && newest.status !== 'SUCCESSFUL') {
    const id = hasShifted(newest) || newest.blue === null ? newest.green.id : newest.blue.id;
    return record.deployments.find((d) => d.id === id) ?? primary;
  }
  if (primary.rolloutState === 'COMPLETED') return primary;
  return record.deployments.find((d) => d === record.lastCompleted && d.status === 'ACTIVE') ?? primary;
}

const isPaired = ({ advanced }: Attachment, groupArn: Arn | undefined): boolean =>
  groupArn !== undefined && advanced?.alternateTargetGroupArn === groupArn;

const sameContainer = (a: Attachment, b: Attachment): boolean =>
  a.containerName === b.containerName && a.containerPort === b.containerPort;

/** In which group of an attachment's pair the live revision is; undefined: in none. */
export function liveGroupOf(attachment: Attachment, live: Service | null): Arn | undefined {
  const groups = [attachment.targetGroupArn, attachment.advanced?.alternateTargetGroupArn];
  return live?.loadBalancers.find((lb) => sameContainer(lb, attachment) && groups.includes(lb.targetGroupArn))
    ?.targetGroupArn;
}

/** The service as its next revision is to be attached: a rolling one beside the live one, a green one opposite it. */
export function attachedFor(service: Service, live: Service | null): Service {
  const isOpposite = service.deploymentStrategy !== undefined;
  return {
    ...service,
    loadBalancers: service.loadBalancers.map((lb) => {
      const group = liveGroupOf(lb, live);
      if (group === undefined || lb.advanced === undefined) return lb;
      const other = isPaired(lb, group) ? lb.targetGroupArn : lb.advanced.alternateTargetGroupArn;
      return { ...lb, targetGroupArn: isOpposite ? other : group };
    }),
  };
}

/** @param green what attachedFor made of the service */
export function pairsOf(service: Service, green: Service): readonly Pair[] {
  return service.loadBalancers.flatMap((lb, index): Pair[] => {
    const greenGroupArn = green.loadBalancers[index]?.targetGroupArn;
    if (!lb.advanced || greenGroupArn === undefined) return [];
    const { alternateTargetGroupArn, productionRuleArn, testRuleArn } = lb.advanced;
    const blueGroupArn = greenGroupArn === lb.targetGroupArn ? alternateTargetGroupArn : lb.targetGroupArn;
    return [{ blueGroupArn, greenGroupArn, productionRuleArn, testRuleArn }];
  });
}

export interface Parties {
  readonly green: Deployment;
  readonly blue: Deployment | null;
  /** Other revisions still run. */
  readonly leftovers: boolean;
}

/** The record's newest from now on. */
export function newServiceDeployment(
  record: ServiceRecord,
  { green, blue, leftovers }: Parties,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): ServiceDeployment {
  const strategy = record.definition.deploymentStrategy;
  if (!strategy) throw new Error(`the service ${record.definition.name} is rolled`);
  const nowMs = clock.now();
  const id = newServiceDeploymentId(random);
  const refOf = (d: Deployment) => ({ id: d.id, taskDefinitionArn: d.definition.arn });
  // "The reconciliation stage that only happens when … more than 1 service revision in an ACTIVE state."
  const stage = leftovers ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP';
  const made: ServiceDeployment = {
    id,
    arn: deploymentArnOf(record.definition.arn, id),
    serviceArn: record.definition.arn,
    strategy,
    status: 'PENDING',
    statusReason: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    finishedAtMs: null,
    stoppedAtMs: null,
    green: refOf(green),
    blue: blue ? refOf(blue) : null,
    pairs: pairsOf(record.definition, green.service),
    stage,
    stageSinceMs: nowMs,
    worked: false,
    hooks: hooksOf(strategy, stage),
    shift: { percent: 0, nextAtMs: null },
    tested: false,
    bakeUntilMs: null,
    rollback: null,
    stop: null,
    triggeredAlarms: [],
  };
  record.serviceDeployments = [made, ...record.serviceDeployments].slice(0, KEPT);
  return made;
}

/** The newest one of the record, with what has changed. */
export function changeServiceDeployment(record: ServiceRecord, id: string, patch: Partial<ServiceDeployment>): void {
  record.serviceDeployments = record.serviceDeployments.map((d) => (d.id === id ? { ...d, ...patch } : d));
}
