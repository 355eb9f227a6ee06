import { isObject } from '../../../read/json.ts';
import type { Rule } from '../../contracts.ts';

export const circuitBreakerUnused: Rule = {
  id: 'circuit-breaker-unused',
  severity: 'warning',
  text: 'the circuit breaker is for rolling updates: under CodeDeploy, or a controller of your own, nothing of it acts',
  page: 'ECS deployment-circuit-breaker',
  fix: 'take the block away, and give the deployment group auto_rollback_configuration',
  find: ({ topology }) =>
    topology.services
      .filter((s) => s.deploymentController !== 'ECS' && isEnabled(s.attributes['deployment_circuit_breaker']))
      .map((s) => ({
        address: `${s.address}.deployment_circuit_breaker`,
        message: `${s.name} is deployed by ${s.deploymentController}`,
        value: s.attributes['deployment_circuit_breaker'],
      })),
};

/** As it is written: a service that is not rolling is built without one. */
function isEnabled(block: unknown): boolean {
  const one: unknown = Array.isArray(block) ? block[0] : block;
  return isObject(one) && String(one['enable']) === 'true';
}
