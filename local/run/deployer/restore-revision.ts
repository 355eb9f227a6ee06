/** The revision of a service that ECS deploys blue/green, as it comes back after the plane was killed. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { TrafficControl } from '../contracts-delivery.ts';
import { pairsOf } from '../service-deployments/begin.ts';
import { moveTraffic } from '../service-deployments/routes.ts';
import { type BeginOptions, beginDeployment } from './begin-deployment.ts';
import type { SavedRevision } from './saved-service.ts';
import { rolledOut, type ServiceRecord } from './service-record.ts';

export interface RestoreOptions extends BeginOptions {
  readonly definition: (reference: string) => TaskDefinition | undefined;
  readonly traffic: TrafficControl;
}

/** @returns false where its task definition or target groups are not the service's any more: then nothing was done */
export const restoreRevision =
  (options: RestoreOptions) =>
  (record: ServiceRecord, { taskDefinitionArn, targetGroupArns }: SavedRevision): boolean => {
    const definition = options.definition(taskDefinitionArn);
    const service = attachedTo(record.definition, targetGroupArns);
    if (!definition || !service) return false;
    const revision = beginDeployment(record, { definition, reason: '', isRollback: false, service }, options);
    Object.assign(revision, { scale: 'full', ...rolledOut(revision.id) });
    record.lastCompleted = revision;
    const named = record.definition.loadBalancers.map((lb) => lb.targetGroupArn);
    record.movedFrom = named.filter((arn, index) => arn !== targetGroupArns[index]);
    // Nobody else of the service runs: whatever the rules shared when the plane was killed, all of it is this one's.
    const pairs = pairsOf(record.definition, service);
    moveTraffic({ pairs }, { kind: 'production', greenPercent: 100 }, options.traffic);
    moveTraffic({ pairs }, { kind: 'test', greenPercent: 100 }, options.traffic);
    return true;
  };

function attachedTo(service: Service, targetGroupArns: readonly string[]): Service | null {
  const { loadBalancers } = service;
  const isOne = (lb: Service['loadBalancers'][number], arn: string | undefined): boolean =>
    arn === lb.targetGroupArn || (arn !== undefined && arn === lb.advanced?.alternateTargetGroupArn);
  if (targetGroupArns.length !== loadBalancers.length) return null;
  if (!loadBalancers.every((lb, index) => isOne(lb, targetGroupArns[index]))) return null;
  return {
    ...service,
    loadBalancers: loadBalancers.map((lb, index) => ({
      ...lb,
      targetGroupArn: targetGroupArns[index] ?? lb.targetGroupArn,
    })),
  };
}
