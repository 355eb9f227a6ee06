/** What outlives a plane that is killed of a service: its desired count, and the versions that CodeDeploy has decided. */
import type { Service } from '../../topology.ts';
import type { TaskSetState } from '../contracts-delivery.ts';
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

export interface SavedService {
  readonly arn: string;
  /** Of the resource as it was applied: another digest means that the stacks have changed meanwhile. */
  readonly digest: string;
  readonly desiredCount: number;
  /** The deployment under way of a service that ECS deploys. */
  readonly rolling?: SavedRolling | null;
  /** PRIMARY first; none of a service that ECS deploys: its version is as the stacks say. */
  readonly taskSets: readonly SavedTaskSet[];
}

export function savedServices(records: readonly ServiceRecord[]): readonly SavedService[] {
  return records
    .filter((record) => record.status === 'ACTIVE')
    .map((record) => ({
      arn: record.definition.arn,
      digest: record.definition.digest,
      desiredCount: record.desiredCount,
      rolling: savedRolling(record),
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

export const ignores = (resource: Pick<Service, 'ignoreChanges'>, attribute: string): boolean =>
  resource.ignoreChanges.includes(attribute) || resource.ignoreChanges.includes('all');

/**
 * Desired count after a restart: what scaling or a client had set, unless the stacks have changed meanwhile and own it.
 */
export const countComesBack = (saved: SavedService, next: Service): boolean =>
  saved.digest === next.digest || ignores(next, 'desired_count');

/**
 * Does a restarted plane bring back the saved task sets, or what the stacks say? What Terraform would leave alone comes
 * back; what it would put back is put back, unless nothing in the stacks has changed since.
 */
export const comesBack = (saved: SavedService, next: Service): boolean =>
  saved.taskSets.some((set) => set.status === 'PRIMARY') &&
  (saved.digest === next.digest || (ignores(next, 'task_definition') && ignores(next, 'load_balancer')));
