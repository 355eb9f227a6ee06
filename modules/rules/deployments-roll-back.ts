import type { Estate } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';
import { block, isOn, several } from './values.ts';

export const deploymentsRollBack: HouseRule = {
  id: 'deployments-roll-back',
  severity: 'warning',
  rule: 'a deployment that fails goes back by itself (ECS deployment-circuit-breaker, CD deployments-rollback-and-redeploy)',
  check: (estate) => [...rolling(estate), ...blueGreen(estate)],
};

function rolling(estate: Estate): Finding[] {
  return estate
    .all('aws_ecs_service')
    .filter(({ body }) => (block(body, 'deployment_controller')?.type ?? 'ECS') === 'ECS')
    .map(({ address, body }) => ({ address, breaker: block(body, 'deployment_circuit_breaker') }))
    .filter(({ breaker }) => !isOn(breaker?.enable) || !isOn(breaker?.rollback))
    .map(({ address, breaker }) => ({
      address: `${address}.deployment_circuit_breaker`,
      value: breaker ?? null,
      fix: 'enable it, with rollback',
    }));
}

function blueGreen(estate: Estate): Finding[] {
  return estate
    .all('aws_codedeploy_deployment_group')
    .map(({ address, body }) => ({ address, rollback: block(body, 'auto_rollback_configuration') }))
    .filter(({ rollback }) => !isOn(rollback?.enabled) || !several(rollback?.events).includes('DEPLOYMENT_FAILURE'))
    .map(({ address, rollback }) => ({
      address: `${address}.auto_rollback_configuration`,
      value: rollback ?? null,
      fix: 'enable it for DEPLOYMENT_FAILURE',
    }));
}
