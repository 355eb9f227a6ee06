/** Runs the house rules over an app while it is synthesized, before anything is written. */
import { type App, Aspects, type IAspect, type IConstruct, TerraformStack } from '../cdktf.ts';
import { Estate } from './estate.ts';
import type { RuleException } from './rule.ts';
import { judge, type Violation, WRITTEN_AT } from './violations.ts';

/** Every house rule that the stacks break. */
export class BrokenRulesError extends Error {
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    super(violations.map(describe).join('\n'));
    this.name = 'BrokenRulesError';
    this.violations = violations;
  }
}

/**
 * From now on the app is synthesized only if every stack in it keeps the rules. Called when all of them are there: cdktf
 * visits stacks with their own aspects, and not with the app's.
 */
export function keepHouseRules(app: App, exceptions: readonly RuleException[] = []): void {
  const rules = new HouseRules(exceptions);
  for (const stack of stacksIn(app)) Aspects.of(stack).add(rules);
}

class HouseRules implements IAspect {
  readonly #exceptions: readonly RuleException[];
  #done = false;

  constructor(exceptions: readonly RuleException[]) {
    this.#exceptions = exceptions;
  }

  /** Whole stacks are judged, all at the first visit: rules follow references, and no stack is written before. */
  visit(node: IConstruct): void {
    if (this.#done) return;
    this.#done = true;
    const stacks = stacksIn(node.node.root);
    const json = stacks.map((stack) => [stack.node.id, JSON.parse(JSON.stringify(stack.toTerraform()))]);
    const { violations, excepted } = judge(new Estate(Object.fromEntries(json)), this.#exceptions);
    if (violations.length > 0) throw new BrokenRulesError(violations);
    for (const stack of stacks) {
      const own = excepted.filter(({ address }) => address.startsWith(`${stack.node.id}/`));
      // Whoever judges the JSON later reads there what is accepted, and why.
      if (own.length > 0) stack.addOverride(`//.${WRITTEN_AT}`, own);
    }
  }
}

function stacksIn(root: IConstruct): TerraformStack[] {
  return root.node.findAll().filter((found) => TerraformStack.isStack(found));
}

function describe({ address, id, value, rule, fix }: Violation): string {
  return [`${address}: breaks ${id}`, `  value: ${JSON.stringify(value)}`, `  rule:  ${rule}`, `  fix:   ${fix}`].join(
    '\n',
  );
}
