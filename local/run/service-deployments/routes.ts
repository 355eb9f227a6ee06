/** The rules by which a service's traffic is shared between its revisions, and their weights as they are now. */
import type { Arn } from '../../topology.ts';
import { shareOf } from '../codedeploy/deployment.ts';
import type { TrafficControl, TrafficRoute } from '../contracts-delivery.ts';
import type { Pair, ServiceDeployment } from './service-deployment.ts';
import { weightsOf } from './weights.ts';

export type Kind = 'production' | 'test';

/** `…:listener-rule/app/A/B/C/rule` → `…:listener/app/A/B/C`; a network load balancer's listener stands for itself. */
const listenerOf = (arn: Arn): Arn =>
  arn.includes(':listener-rule/') ? arn.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, '') : arn;

/** Null where the rule is not there, or forwards to neither group. */
export function routeOf(pair: Pair, kind: Kind, traffic: TrafficControl): TrafficRoute | null {
  const wanted = kind === 'production' ? pair.productionRuleArn : pair.testRuleArn;
  if (wanted === null) return null;
  const ruleArn = wanted.includes(':listener-rule/') && !wanted.endsWith('/default') ? wanted : null;
  const routes = traffic.routes(listenerOf(wanted), [pair.blueGroupArn, pair.greenGroupArn]);
  return routes.find((route) => route.ruleArn === ruleArn) ?? null;
}

export interface Move {
  readonly kind: Kind;
  readonly greenPercent: number;
}

/**
 * Every pair's route, each as a whole, before its next request. A route that shares as wished and names both groups is
 * left as it is written.
 * @returns what moved: the route before, and its pair
 */
export function moveTraffic(
  { pairs }: Pick<ServiceDeployment, 'pairs'>,
  { kind, greenPercent }: Move,
  traffic: TrafficControl,
): readonly { readonly pair: Pair; readonly before: TrafficRoute }[] {
  return pairs.flatMap((pair) => {
    const before = routeOf(pair, kind, traffic);
    if (!before) return [];
    const { blueGroupArn, greenGroupArn } = pair;
    const names = Object.keys(before.weights);
    const isSo =
      names.length === 2 &&
      names.includes(blueGroupArn) &&
      names.includes(greenGroupArn) &&
      Math.abs(shareOf(before, greenGroupArn) - greenPercent) < 1e-9;
    if (isSo) return [];
    traffic.setWeights(before, weightsOf(pair, greenPercent));
    return [{ pair, before }];
  });
}
