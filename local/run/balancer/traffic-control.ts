/**
 * Changes of live listeners that are not Terraform's: CodeDeploy's shifts of weights, and ModifyRule and ModifyListener.
 * They last until something else changes the same action; an apply puts back what `ignore_changes` does not name.
 */
import type { Action, Arn, Listener, ListenerRule } from '../../topology.ts';
import { ApiError } from '../contracts.ts';
import type { TrafficControl, TrafficRoute } from '../contracts-delivery.ts';

/** Actions that something other than an apply gave to a rule or listener, as they outlive a plane that is killed. */
export interface SavedActions {
  /** Of the rule, or of the listener whose default action it is. */
  readonly arn: Arn;
  /** Of the resource as it was applied: another digest means that the stacks have changed meanwhile. */
  readonly digest: string;
  readonly actions: readonly Action[];
}

type Holder = Pick<Listener | ListenerRule, 'arn' | 'digest' | 'ignoreChanges'>;

/** Which rules and listeners have actions that are not the applied ones. */
export class LiveActions {
  readonly #changed = new Map<Arn, SavedActions>();
  readonly #saved: Map<Arn, SavedActions>;
  readonly #onSaved: () => void;

  /** @param saved from before the plane was killed; each is used once, when its rule or listener is put */
  constructor(saved: readonly SavedActions[], onSaved: () => void) {
    this.#saved = new Map(saved.map((one) => [one.arn, one]));
    this.#onSaved = onSaved;
  }

  /**
   * @param live the actions that it has now; null where it is new
   * @param attribute `action` of a rule, `default_action` of a listener
   * @returns the actions it has from now on
   */
  onPut(next: Holder, attribute: string, wanted: readonly Action[], live: readonly Action[] | null): readonly Action[] {
    const ignored = next.ignoreChanges.includes(attribute) || next.ignoreChanges.includes('all');
    const saved = this.#saved.get(next.arn);
    this.#saved.delete(next.arn);
    const back = live === null && saved && (ignored || saved.digest === next.digest) ? saved.actions : null;
    const kept = live !== null && ignored ? live : back;
    const actions = kept ?? wanted;
    this.#note(next, actions, wanted);
    return actions;
  }

  changed(holder: Holder, actions: readonly Action[]): void {
    this.#changed.set(holder.arn, { arn: holder.arn, digest: holder.digest, actions });
    this.#onSaved();
  }

  removed(arn: Arn): void {
    if (this.#changed.delete(arn)) this.#onSaved();
  }

  /** With what is still to come back. */
  saved(): readonly SavedActions[] {
    return [...this.#changed.values(), ...this.#saved.values()];
  }

  #note(holder: Holder, actions: readonly Action[], wanted: readonly Action[]): void {
    if (JSON.stringify(actions) === JSON.stringify(wanted)) this.removed(holder.arn);
    else this.changed(holder, actions);
  }
}

export interface TrafficSource {
  listener(arn: Arn): Listener | undefined;
  /** In priority order. */
  rulesOf(listenerArn: Arn): readonly ListenerRule[];
  hasGroup(arn: Arn): boolean;
  /** Takes the place of the actions, as a whole, before the next request. */
  replace(route: Pick<TrafficRoute, 'listenerArn' | 'ruleArn'>, actions: readonly Action[]): void;
}

type Forward = Extract<Action, { type: 'forward' }>;

/** ELB limits: weights of a forward action. */
const MAX_WEIGHT = 999;

export function createTrafficControl(source: TrafficSource): TrafficControl {
  const actionsOf = ({ listenerArn, ruleArn }: Pick<TrafficRoute, 'listenerArn' | 'ruleArn'>): readonly Action[] => {
    const listener = source.listener(listenerArn);
    if (!listener) throw new ApiError('ListenerNotFound', `One or more listeners not found: '${listenerArn}'`);
    if (ruleArn === null) return listener.defaultActions;
    const rule = source.rulesOf(listenerArn).find((one) => one.arn === ruleArn);
    if (!rule) throw new ApiError('RuleNotFound', `One or more rules not found: '${ruleArn}'`);
    return rule.actions;
  };
  const control: TrafficControl = {
    routes(listenerArn, groups) {
      const listener = source.listener(listenerArn);
      if (!listener) return [];
      const candidates = [
        ...source.rulesOf(listenerArn).map((rule) => ({ ruleArn: rule.arn, actions: rule.actions })),
        { ruleArn: null, actions: listener.defaultActions },
      ];
      return candidates.flatMap(({ ruleArn, actions }) => {
        const forward = forwardOf(actions);
        if (!forward?.targetGroups.some(({ arn }) => groups.includes(arn))) return [];
        const weights = Object.fromEntries(forward.targetGroups.map(({ arn, weight }) => [arn, weight]));
        return [{ listenerArn, ruleArn, weights, actions }];
      });
    },
    setWeights(route, weights) {
      const actions = actionsOf(route);
      const forward: Forward = {
        type: 'forward',
        targetGroups: Object.entries(weights).map(([arn, weight]) => ({ arn, weight })),
        stickinessSeconds: forwardOf(actions)?.stickinessSeconds ?? null,
      };
      control.setActions(route, [...actions.slice(0, -1), forward]);
    },
    setActions(route, actions) {
      actionsOf(route);
      for (const { arn, weight } of actions.flatMap((action) =>
        action.type === 'forward' ? action.targetGroups : [],
      )) {
        if (!source.hasGroup(arn))
          throw new ApiError('TargetGroupNotFound', `One or more target groups not found: '${arn}'`);
        if (!Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT)
          throw new ApiError('ValidationError', `Weight '${weight}' must be an integer between 0 and ${MAX_WEIGHT}`);
      }
      source.replace(route, actions);
    },
  };
  return control;
}

/** The last action is the one that is carried out. */
function forwardOf(actions: readonly Action[]): Forward | null {
  const last = actions.at(-1);
  return last?.type === 'forward' ? last : null;
}
