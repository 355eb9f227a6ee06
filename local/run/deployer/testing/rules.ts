/** One production and one test rule of a pair of target groups, with the weights that they have. */
import { BLUE, forward, GREEN, PRODUCTION, RULE, TEST } from '../../codedeploy/testing/builders.ts';
import type { TrafficControl, TrafficRoute } from '../../contracts-delivery.ts';

export const TEST_RULE = RULE.arn.replace('/production/', '/test/');

export function createRules() {
  const weights = new Map<string, Readonly<Record<string, number>>>([
    [RULE.arn, { [BLUE.arn]: 1, [GREEN.arn]: 0 }],
    [TEST_RULE, { [BLUE.arn]: 1, [GREEN.arn]: 0 }],
  ]);
  /** Every change of the production rule: what green, the second group, got of 100. */
  const history: number[] = [];
  const traffic: TrafficControl = {
    routes: (listenerArn, groups) =>
      [...weights]
        .filter(([ruleArn, shares]) => {
          const listener = ruleArn === RULE.arn ? PRODUCTION.arn : TEST.arn;
          return listener === listenerArn && Object.keys(shares).some((arn) => groups.includes(arn));
        })
        .map(
          ([ruleArn, shares]): TrafficRoute => ({ listenerArn, ruleArn, weights: shares, actions: [forward(shares)] }),
        ),
    setWeights({ ruleArn }, shares) {
      weights.set(ruleArn ?? '', shares);
      if (ruleArn === RULE.arn) history.push(shares[GREEN.arn] ?? 0);
    },
    setActions: () => undefined,
  };
  const shareOf = (ruleArn: string): string => {
    const shares = weights.get(ruleArn) ?? {};
    return `${shares[BLUE.arn] ?? '-'}/${shares[GREEN.arn] ?? '-'}`;
  };
  return { traffic, history, production: () => shareOf(RULE.arn), test: () => shareOf(TEST_RULE) };
}
