import { isObject } from '../../../read/json.ts';
import type { Rule } from '../../contracts.ts';

/** First status code that is no success. */
const FIRST_OTHER = 300;

export const healthCheckMatcher: Rule = {
  id: 'health-check-matcher',
  severity: 'warning',
  text: 'a matcher with 3XX or 4XX takes a redirect, a wrong path or a refused request for health',
  page: 'ELB target-group-health-checks: success codes',
  fix: 'match 200, and give the service a path that answers it',
  find: ({ topology }) =>
    topology.targetGroups
      // Where nothing is set, a network load balancer has 200-399, or asks nothing at all.
      .filter(({ network, attributes }) => !network || isSet(attributes['health_check']))
      .filter(({ healthCheck }) => lastCode(healthCheck.matcher) >= FIRST_OTHER)
      .map((g) => ({
        address: `${g.address}.health_check.matcher`,
        message: `targets of ${g.name} are healthy with ${g.healthCheck.matcher}`,
        value: g.healthCheck.matcher,
      })),
};

const lastCode = (matcher: string): number => Math.max(...matcher.split(/[,-]/).map(Number));

function isSet(check: unknown): boolean {
  const first: unknown = Array.isArray(check) ? check[0] : check;
  return isObject(first) && first['matcher'] !== undefined && first['matcher'] !== null;
}
