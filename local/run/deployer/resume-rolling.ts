/** A rolling deployment that was under way when the plane was killed: it goes on, with the way back that it had. */
import type { Service, TaskDefinition } from '../../topology.ts';
import { ignores, type SavedService } from './saved-service.ts';
import { type Deployment, hasTaskSets, rolledOut, type ServiceRecord } from './service-record.ts';

export interface SavedRolling {
  readonly taskDefinitionArn: string;
  readonly isRollback: boolean;
  /** Its service's alarms that were in ALARM when it began: they do not watch it after the kill either. */
  readonly onAtStart: readonly string[];
  /** Where a roll-back goes. */
  readonly completed: { readonly id: string; readonly taskDefinitionArn: string };
}

export interface ResumeContext {
  readonly find: (taskDefinitionArn: string) => TaskDefinition | undefined;
  readonly deploy: (
    record: ServiceRecord,
    definition: TaskDefinition,
    reason: string,
    isRollback: boolean,
  ) => Deployment;
}

/** Null where none is under way, and of a service's first, which has nowhere to go back to: the stacks say what it was. */
export function savedRolling(record: ServiceRecord): SavedRolling | null {
  const primary = record.deployments.find(({ status }) => status === 'PRIMARY');
  const completed = record.lastCompleted;
  if (hasTaskSets(record.definition) || !primary || !completed || primary.rolloutState !== 'IN_PROGRESS') return null;
  // One beside another revision is settled as a whole (service-deployments/resume.ts).
  if (primary.scale !== 'rolling') return null;
  return {
    taskDefinitionArn: primary.definition.arn,
    isRollback: primary.isRollback,
    onAtStart: primary.onAtStart,
    completed: { id: completed.id, taskDefinitionArn: completed.definition.arn },
  };
}

/**
 * Its tasks have died with the plane: it rolls out anew and bakes in full, since what its alarms had seen is gone as well.
 * @returns false where the stacks have changed meanwhile, or name another version: then that is what is deployed
 */
export function resumeRolling(
  record: ServiceRecord,
  next: Service,
  saved: SavedService,
  { find, deploy }: ResumeContext,
): boolean {
  const { rolling } = saved;
  if (!rolling || !(saved.digest === next.digest || ignores(next, 'task_definition'))) return false;
  const definition = find(rolling.taskDefinitionArn);
  const before = find(rolling.completed.taskDefinitionArn);
  if (!definition || !before) return false;
  const deployment = deploy(record, definition, '', rolling.isRollback);
  deployment.onAtStart = [...new Set([...deployment.onAtStart, ...rolling.onAtStart])];
  const { id } = rolling.completed;
  record.lastCompleted = {
    ...deployment,
    id,
    definition: before,
    status: 'INACTIVE',
    ...rolledOut(id),
    isRollback: false,
    onAtStart: [],
  };
  return true;
}
