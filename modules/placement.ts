/** Where ECS puts a task among the container instances that have room for it (ECS task-placement). */
import type { EcsServiceConfig } from '@cdktf/provider-aws/lib/ecs-service/index.js';
import type { PropCheck } from './prop-check.ts';

export type PlacementStrategy =
  /** Evenly over the values of `instanceId`, `host` or an attribute such as `attribute:ecs.availability-zone`. */
  | { readonly type: 'spread'; readonly field: string }
  /** On the instance with the least of it left, so that fewer instances are needed. */
  | { readonly type: 'binpack'; readonly field: 'cpu' | 'memory' }
  | { readonly type: 'random' };

export type PlacementConstraint =
  /** Each task on an instance of its own. */
  | { readonly type: 'distinctInstance' }
  /** On instances that an expression is true for (ECS cluster-query-language). */
  | { readonly type: 'memberOf'; readonly expression: string };

export interface PlacementProps {
  /** Applied in this order; at most 5. @default over zones, then over instances */
  readonly placementStrategies?: readonly PlacementStrategy[];
  /** All of them hold; at most 10. @default none */
  readonly placementConstraints?: readonly PlacementConstraint[];
}

const SPREAD_OVER_ZONES: readonly PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

const MAX_STRATEGIES = 5;
const MAX_CONSTRAINTS = 10;
const MAX_EXPRESSION = 2000;

export function placementConfig(
  props: PlacementProps,
): Pick<EcsServiceConfig, 'orderedPlacementStrategy' | 'placementConstraints'> {
  const { placementStrategies = SPREAD_OVER_ZONES, placementConstraints = [] } = props;
  return {
    orderedPlacementStrategy: placementStrategies.map((strategy) => ({ ...strategy })),
    ...(placementConstraints.length > 0 ? { placementConstraints: placementConstraints.map((c) => ({ ...c })) } : {}),
  };
}

/** Notes what ECS refuses. */
export function checkPlacement(check: PropCheck, props: PlacementProps): void {
  const { placementStrategies: strategies = SPREAD_OVER_ZONES, placementConstraints: constraints = [] } = props;
  const source = 'ECS CreateService';
  check
    .that(strategies.length <= MAX_STRATEGIES, {
      prop: 'placementStrategies',
      value: strategies.length,
      rule: `at most ${MAX_STRATEGIES} (${source})`,
      fix: 'leave some out',
    })
    .that(constraints.length <= MAX_CONSTRAINTS, {
      prop: 'placementConstraints',
      value: constraints.length,
      rule: `at most ${MAX_CONSTRAINTS} (${source})`,
      fix: 'join expressions with "and"',
    })
    .that(constraints.filter(({ type }) => type === 'distinctInstance').length <= 1, {
      prop: 'placementConstraints',
      value: constraints,
      rule: `distinctInstance once: it takes no argument (${source})`,
      fix: 'name it once',
    });
  strategies.forEach((strategy, index) => {
    checkStrategy(check, `placementStrategies[${index}]`, strategy);
  });
  constraints.forEach((constraint, index) => {
    if (constraint.type !== 'memberOf') return;
    check.matches(`placementConstraints[${index}].expression`, constraint.expression, {
      pattern: new RegExp(`^(?=\\s*\\S)[\\s\\S]{1,${MAX_EXPRESSION}}$`),
      rule: `an expression of 1–${MAX_EXPRESSION} characters (ECS cluster-query-language)`,
      fix: 'write one such as attribute:ecs.instance-type =~ t3.*',
    });
  });
}

function checkStrategy(check: PropCheck, prop: string, strategy: PlacementStrategy): void {
  if (strategy.type === 'random') return;
  const [pattern, rule] =
    strategy.type === 'spread'
      ? [/^(instanceId|host|attribute:[\w.\-/\\]{1,128})$/, 'instanceId, host or attribute:NAME']
      : [/^(cpu|memory)$/, 'cpu or memory'];
  check.matches(`${prop}.field`, strategy.field, { pattern, rule: `${rule} (ECS PlacementStrategy)` });
}
