/** A rule's actions, made ready for the hot path. */
import type { Action } from '../../topology.ts';
import type { GroupShare, RouteAction } from './listener.ts';
import { errorPage, fixedAnswer, redirectAnswer } from './pages.ts';
import type { TargetGroupRuntime } from './target-group.ts';

/**
 * The last action is the one that is carried out; others would authenticate, which the reader refuses by name.
 * @param scope what group cookies are for: the rule's or listener's ARN
 */
export function compileAction(
  actions: readonly Action[],
  scope: string,
  groups: ReadonlyMap<string, TargetGroupRuntime>,
): RouteAction {
  const action = actions.at(-1);
  if (action === undefined) return { type: 'fixed-response', answer: errorPage(503) };
  switch (action.type) {
    case 'redirect':
      return { type: 'redirect', answer: (request, at) => redirectAnswer(action, request, at) };
    case 'fixed-response':
      return { type: 'fixed-response', answer: fixedAnswer(action) };
    case 'forward':
      return { type: 'forward', shares: sharesOf(action, groups), stickinessSeconds: action.stickinessSeconds, scope };
  }
}

/** A group that is not there (yet) has no share: while an apply is under way, the others take its requests. */
function sharesOf(
  action: Extract<Action, { type: 'forward' }>,
  groups: ReadonlyMap<string, TargetGroupRuntime>,
): readonly GroupShare[] {
  const shares: GroupShare[] = [];
  for (const { arn, weight } of action.targetGroups) {
    const group = groups.get(arn);
    if (group !== undefined) shares.push({ group, weight, current: 0 });
  }
  return shares;
}
