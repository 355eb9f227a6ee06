import type { Rule } from '../../contracts.ts';

export const circuitBreakerOff: Rule = {
  id: 'circuit-breaker-off',
  severity: 'warning',
  text: 'without the circuit breaker and its rollback a version that cannot start is tried for ever, beside what is left of the old one',
  page: 'ECS deployment-circuit-breaker',
  fix: 'set deployment_circuit_breaker { enable = true, rollback = true }',
  find: ({ topology }) =>
    topology.services
      .filter((s) => s.deploymentController === 'ECS' && !(s.circuitBreaker.enable && s.circuitBreaker.rollback))
      .map((s) => ({
        address: `${s.address}.deployment_circuit_breaker`,
        message: s.circuitBreaker.enable
          ? `${s.name} stops a deployment that fails, and stays with what it left`
          : `${s.name} goes on with a deployment that fails`,
        value: s.circuitBreaker,
      })),
};
