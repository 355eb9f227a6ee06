/** The plane's events about targets, in the words of `ecs` service events where AWS has them. Pure. */
import type { TargetGroup } from '../../topology.ts';
import type { TargetState } from '../contracts.ts';
import type { NewEvent } from '../events.ts';
import type { TargetRuntime } from './target.ts';

export type TargetEventCode =
  | 'TARGET_REGISTERED'
  | 'TARGET_HEALTHY'
  | 'TARGET_UNHEALTHY'
  | 'TARGET_DRAINING'
  | 'TARGET_UNUSED'
  | 'TARGET_DEREGISTERED';

export const EVENT_OF_STATE: Partial<Record<TargetState, TargetEventCode>> = {
  healthy: 'TARGET_HEALTHY',
  unhealthy: 'TARGET_UNHEALTHY',
  draining: 'TARGET_DRAINING',
  unused: 'TARGET_UNUSED',
};

const PHRASE: Readonly<Record<TargetEventCode, string>> = {
  TARGET_REGISTERED: 'registered',
  TARGET_HEALTHY: 'is healthy',
  TARGET_UNHEALTHY: 'is unhealthy',
  TARGET_DRAINING: 'is draining',
  TARGET_UNUSED: 'is unused',
  TARGET_DEREGISTERED: 'deregistered',
};

export function describeChange(group: TargetGroup, entry: TargetRuntime, code: TargetEventCode): NewEvent {
  const { target, record, outstanding } = entry;
  const { host, port } = target.endpoint;
  const why = code !== 'TARGET_REGISTERED' && code !== 'TARGET_DEREGISTERED' ? record.description : null;
  const waiting = code === 'TARGET_DRAINING' ? `; ${outstanding} requests under way` : '';
  return {
    source: 'balancer',
    subject: group.name,
    code,
    level: code === 'TARGET_UNHEALTHY' ? 'warn' : 'info',
    message: `target ${target.id}:${target.port} ${PHRASE[code]}${why === null ? '' : ` (${why})`}${waiting}`,
    data: {
      targetGroupArn: group.arn,
      id: target.id,
      port: target.port,
      host,
      hostPort: port,
      zone: target.zone,
      state: record.state,
      reason: record.reason,
      outstanding,
    },
  };
}
