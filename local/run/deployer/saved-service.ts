/** What outlives a plane that is killed of a service: its desired count, and the versions that CodeDeploy has decided. */
import type { Service } from '../../topology.ts';
import type { TaskSetState } from '../contracts-delivery.ts';
import { revisionToSave } from '../service-deployments/resume.ts';
import type { ServiceDeployment } from '../service-deployments/service-deployment.ts';
import { type SavedRolling, savedRolling } from './resume-rolling.ts';
import { hasTaskSets, type ServiceRecord } from './service-record.ts';

export interface SavedTaskSet {
  readonly id: string;
  readonly externalId: string | null;
  readonly startedBy: TaskSetState['startedBy'];
  readonly status: 'PRIMARY' | 'ACTIVE';
  readonly scalePercent: number;
  readonly taskDefinitionArn: string;
  readonly targetGroupArn: string | null;
  readonly containerName: string | null;
  readonly containerPort: number | null;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** The revision of a service that ECS deploys blue/green. */
export interface SavedRevision {
  readonly taskDefinitionArn: string;
  /** One for each load balancer of the service, in order: which of the pair it is in. */
  readonly targetGroupArns: readonly string[];
}

export interface SavedService {
  readonly arn: string;
  /** Of the resource as it was applied: another digest means that the stacks have changed meanwhile. */
  readonly digest: string;
  readonly desiredCount: number;
  /** The deployment under way of a service that ECS deploys. */
  readonly rolling?: SavedRolling | null;
  /** PRIMARY first; none of a service that ECS deploys: its version is as the stacks say. */
  readonly taskSets: readonly SavedTaskSet[];
  /** Of a service that ECS deploys blue/green: the revision that has its traffic; else null. */
  readonly revision?: SavedRevision | null;
  /** Newest first. */
  readonly serviceDeployments?: readonly ServiceDeployment[];
}

/** Older ones do not outlive a kill. */
const DEPLOYMENTS_SAVED = 10;

export function savedServices(records: readonly ServiceRecord[]): readonly SavedService[] {
  return records
    .filter((record) => record.status === 'ACTIVE')
    .map((record) => ({
      arn: record.definition.arn,
      digest: record.definition.digest,
      desiredCount: record.desiredCount,
      rolling: savedRolling(record),
      revision: savedRevision(record),
      serviceDeployments: record.serviceDeployments.slice(0, DEPLOYMENTS_SAVED),
      taskSets: (hasTaskSets(record.definition) ? record.taskSets : []).flatMap((set): SavedTaskSet[] => {
        if (set.status === 'DRAINING') return [];
        const [attachment] = set.service.loadBalancers;
        return [
          {
            id: set.id,
            externalId: set.externalId,
            startedBy: set.startedBy,
            status: set.status,
            scalePercent: set.scalePercent,
            taskDefinitionArn: set.definition.arn,
            targetGroupArn: attachment?.targetGroupArn ?? null,
            containerName: attachment?.containerName ?? null,
            containerPort: attachment?.containerPort ?? null,
            subnetIds: set.service.subnetIds,
            securityGroupIds: set.service.securityGroupIds,
          },
        ];
      }),
    }));
}

function savedRevision(record: ServiceRecord): SavedRevision | null {
  const [primary] = record.deployments;
  // A rolling update of a service that was deployed blue/green stays in the group that has its traffic.
  if (primary?.scale === 'rolling' && !isElsewhere(record.definition, primary.service)) return null;
  const find = (id: string): SavedRevision | null => {
    const one = record.deployments.find((deployment) => deployment.id === id);
    if (!one) return null;
    const targetGroupArns = one.service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn);
    return { taskDefinitionArn: one.definition.arn, targetGroupArns };
  };
  return revisionToSave(record.serviceDeployments[0], find, primary?.id);
}

export const ignores = (resource: Pick<Service, 'ignoreChanges'>, attribute: string): boolean =>
  resource.ignoreChanges.includes(attribute) || resource.ignoreChanges.includes('all');

/**
 * Desired count after a restart: what scaling or a client had set, unless the stacks have changed meanwhile and own it.
 */
export const countComesBack = (saved: SavedService, next: Service): boolean =>
  saved.digest === next.digest || ignores(next, 'desired_count');

const isElsewhere = (named: Service, live: Service): boolean =>
  named.loadBalancers.some((lb, i) => lb.targetGroupArn !== live.loadBalancers[i]?.targetGroupArn);

/** As comesBack, of a service that ECS deploys blue/green. */
export const revisionComesBack = (saved: SavedService, next: Service): SavedRevision | null =>
  next.loadBalancers.every(({ advanced }) => advanced !== undefined) &&
  (saved.digest === next.digest || ignores(next, 'task_definition'))
    ? (saved.revision ?? null)
    : null;

/**
 * Does a restarted plane bring back the saved task sets, or what the stacks say? What Terraform would leave alone comes
 * back; what it would put back is put back, unless nothing in the stacks has changed since.
 */
export const comesBack = (saved: SavedService, next: Service): boolean =>
  saved.taskSets.some((set) => set.status === 'PRIMARY') &&
  (saved.digest === next.digest || (ignores(next, 'task_definition') && ignores(next, 'load_balancer')));
