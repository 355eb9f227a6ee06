import type { Json } from '../../../read/json.ts';
import { isObject } from '../../../read/json.ts';
import type { Rule } from '../../contracts.ts';
import { balancersOf } from '../../lookups.ts';

export const healthCheckPath: Rule = {
  id: 'health-check-path',
  severity: 'advice',
  text: 'where no path is set, health is whatever / answers',
  page: 'ELB target-group-health-checks: HealthCheckPath',
  fix: 'set health_check.path to what the service answers when it can work',
  find: ({ topology: t }) =>
    t.targetGroups
      .filter(
        (g) =>
          g.network?.healthCheckProtocol !== 'TCP' &&
          balancersOf(g, t).length > 0 &&
          !blockOf(g.attributes['health_check'])['path'],
      )
      .map((g) => ({
        address: `${g.address}.health_check.path`,
        message: `targets of ${g.name} are checked on / because no path is set`,
        value: g.healthCheck.path,
      })),
};

function blockOf(value: unknown): Json {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) ? first : {};
}
