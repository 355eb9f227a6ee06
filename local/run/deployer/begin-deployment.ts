/** A new deployment of a service, PRIMARY from now on (ECS API_Deployment). */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import { type AlarmSight, isWatched } from './decide-alarms.ts';
import type { ServiceActions } from './service-actions.ts';
import type { Deployment, ServiceRecord } from './service-record.ts';

export interface NewDeployment {
  readonly definition: TaskDefinition;
  /** Empty: in AWS's words that it is in progress. */
  readonly reason: string;
  readonly isRollback: boolean;
  /** Load balancers and network of its tasks. Default: the service's. */
  readonly service?: Service;
}

export interface BeginOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly actions: ServiceActions;
  readonly alarms: () => readonly AlarmSight[];
}

export function beginDeployment(
  record: ServiceRecord,
  { definition, reason, isRollback, service = record.definition }: NewDeployment,
  { clock, events, actions, alarms }: BeginOptions,
): Deployment {
  const now = clock.now();
  const id = actions.newId();
  const settings = record.definition.deploymentAlarms;
  const on = alarms().filter(({ name, state }) => state === 'ALARM' && settings.names.includes(name));
  for (const d of record.deployments) if (d.status === 'PRIMARY') d.status = 'ACTIVE';
  const deployment: Deployment = {
    id,
    definition,
    service,
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason || `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    createdAtMs: now,
    updatedAtMs: now,
    isRollback,
    onAtStart: on.map(({ name }) => name),
    bakeFromMs: null,
    scale: 'rolling',
  };
  record.deployments = [deployment, ...record.deployments];
  Object.assign(record.throttle, { failuresInARow: 0, untilMs: 0 });
  record.steady = false;
  const version = `${definition.family}:${definition.revision}`;
  events.emit({
    source: 'deployer',
    subject: record.definition.name,
    code: 'DEPLOYMENT_STARTED',
    message: `(service ${record.definition.name}) (deployment ${id}) started: ${version}`,
    data: { deployment: id, taskDefinition: version },
  });
  if (settings.enable && !isWatched(settings, deployment.onAtStart))
    actions.tell(record, {
      message: `(deployment ${id}) is not watched by alarms: in ALARM when it began: ${deployment.onAtStart.join(', ')}`,
      code: 'DEPLOYMENT_ALARMS_IGNORED',
      level: 'warn',
    });
  return deployment;
}
