import type { Estate } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';

export const deploymentsRollBack: HouseRule = {
  id: 'deployments-roll-back',
  rule: 'a deployment that fails goes back by itself (ECS deployment-circuit-breaker, CD deployments-rollback-and-redeploy)',
  check: (estate) => [...rolling(estate), ...blueGreen(estate)],
};

function rolling(estate: Estate): Finding[] {
  return estate
    .all('aws_ecs_service')
    .filter(({ body }) => (body.deployment_controller?.type ?? 'ECS') === 'ECS')
    .filter(({ body }) => !body.deployment_circuit_breaker?.enable || !body.deployment_circuit_breaker.rollback)
    .map(({ address, body }) => ({
      address: `${address}.deployment_circuit_breaker`,
      value: body.deployment_circuit_breaker ?? null,
      fix: 'enable it, with rollback',
    }));
}

function blueGreen(estate: Estate): Finding[] {
  return estate
    .all('aws_codedeploy_deployment_group')
    .filter(({ body }) => !body.auto_rollback_configuration?.events?.includes('DEPLOYMENT_FAILURE'))
    .map(({ address, body }) => ({
      address: `${address}.auto_rollback_configuration`,
      value: body.auto_rollback_configuration ?? null,
      fix: 'enable it for DEPLOYMENT_FAILURE',
    }));
}
