/**
 * Where a run rests on a rule that the plane only approximates, at the rule's edge: there the real system could decide
 * otherwise, so the verdict is INCONCLUSIVE instead of PASS. Pure.
 */
import { measurePorts } from './ports.ts';
import type { RunRecord } from './record.ts';

/** @returns one sentence for each approximated rule that decided something at its edge */
export function findEdges(record: RunRecord): string[] {
  return [...portEdge(record), ...breakerEdges(record), ...retryEdge(record)];
}

/** ≈ Which of the two dynamic ranges an instance uses (ECS task_definition_parameters). */
function portEdge(record: RunRecord): string[] {
  const { doubtful } = measurePorts(record.stages);
  if (doubtful === 0) return [];
  return [
    `approximated rule at its edge: ${doubtful} dynamic host port(s) lie in ECS's fallback range 49153-65535 but not in Linux's default range, on instances whose range is not known`,
  ];
}

/** ≈ The circuit breaker's threshold, 0.5 × desired, is rounded up (ECS deployment-circuit-breaker gives no rounding). */
function breakerEdges(record: RunRecord): string[] {
  return record.deployments.flatMap((deployment) => {
    const half = deployment.desiredCount * 0.5;
    const roundingDecides = half > 3 && half < 200 && !Number.isInteger(half);
    const atEdge =
      deployment.failedTasks >= Math.floor(half) &&
      (deployment.failedTasks <= Math.ceil(half) || deployment.rolloutState === 'FAILED');
    if (!roundingDecides || !atEdge) return [];
    return [
      `approximated rule at its edge: ${deployment.service} had ${deployment.failedTasks} failed tasks, and the circuit breaker's threshold of 0.5 × ${deployment.desiredCount} rests on rounding`,
    ];
  });
}

/** ≈ SNS does not try again after a 4xx other than 429 (SNS sns-message-delivery-retries). */
function retryEdge(record: RunRecord): string[] {
  if (!record.orders?.ledger.available) return [];
  const refused = record.orders.ledger.deliveries.filter((delivery) => {
    const status = delivery.lastStatus ?? 0;
    const givenUp = delivery.state === 'failed' || delivery.state === 'dead-lettered';
    return givenUp && status >= 400 && status <= 499 && status !== 429;
  }).length;
  if (refused === 0) return [];
  return [
    `approximated rule at its edge: ${refused} delivery(ies) ended at a 4xx, which SNS is taken not to try again`,
  ];
}
