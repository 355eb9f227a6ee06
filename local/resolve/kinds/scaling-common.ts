/** What targets, policies and scheduled actions of Application Auto Scaling have in common. */
import { type Attribute, arnOf, type Names, textOf, uuid } from '../names.ts';
import type { Report } from '../report.ts';

const DIMENSION = 'ecs:service:DesiredCount';

interface Scaled {
  readonly service_namespace: 'ecs' | 'dynamodb';
  readonly scalable_dimension: string;
  readonly resource_id: string;
}

/** False where it scales something that has no capacity here; says so in a note. */
export function scalesService(v: Scaled, report: Report): boolean {
  if (v.service_namespace !== 'ecs') {
    report.note('no-local-effect', `${report.type}.service_namespace`, 'tables are not throttled, and need no scaling');
    return false;
  }
  if (v.scalable_dimension !== DIMENSION)
    report.bad('scalable_dimension', v.scalable_dimension, 'only the number of tasks is scaled', DIMENSION);
  if (!/^service\/[^/]+\/[^/]+$/.test(v.resource_id))
    report.bad('resource_id', v.resource_id, 'it names no service', 'service/CLUSTER/SERVICE');
  return true;
}

/** ARN of a policy or a scheduled action of what is scaled. */
export function scalingArn(
  { names, address }: { names: Names; address: string },
  kind: 'scalingPolicy' | 'scheduledAction',
  attribute: Attribute,
): string {
  const [namespace, resource] = [textOf(attribute('service_namespace')), textOf(attribute('resource_id'))];
  const named = `${kind === 'scalingPolicy' ? 'policy' : kind}Name/${textOf(attribute('name'))}`;
  return arnOf(names, 'autoscaling', `${kind}:${uuid(address)}:resource/${namespace}/${resource}:${named}`);
}
