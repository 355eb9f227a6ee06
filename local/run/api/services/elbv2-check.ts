/** Listeners and rules of the endpoint against all that is live, by the rules that hold for the stacks. */
import type { Problem } from '../../../errors.ts';
import { checkBalancing } from '../../../resolve/check/balancing.ts';
import { checkNetworkBalancing } from '../../../resolve/check/network-balancing.ts';
import type { Listener, ListenerRule, Topology } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { Call } from '../operation.ts';

/**
 * @param change what would be there instead of its namesake by ARN, or beside the others
 * @throws ApiError with AWS's code for the first rule that it breaks
 */
export function checkLive(
  call: Call,
  change: { readonly listener?: Listener; readonly rules?: readonly ListenerRule[] },
): void {
  const { balancer } = call;
  const changedRules = change.rules ?? [];
  const arns = new Set([...changedRules.map(({ arn }) => arn), ...(change.listener ? [change.listener.arn] : [])]);
  const others = <T extends { readonly arn: string }>(all: readonly T[]): T[] =>
    all.filter(({ arn }) => !arns.has(arn));
  // The checks read these four; what was there before comes first, so that the newcomer is what is refused.
  const live = {
    loadBalancers: balancer.loadBalancers(),
    targetGroups: balancer.targetGroups(),
    listeners: [...others(balancer.listeners()), ...(change.listener ? [change.listener] : [])],
    rules: [...others(balancer.rules()), ...changedRules],
  } satisfies Partial<Topology> as unknown as Topology;
  const own = new Set([...changedRules, ...(change.listener ? [change.listener] : [])].map(({ address }) => address));
  const groups = groupsOf(change);
  const problem = checkBalancing(live).find(
    ({ address = '', code, value }) =>
      code === 'QUOTA_EXCEEDED' ||
      [...own].some((one) => address.startsWith(one)) ||
      // Whoever names a group second is told, and a listener is looked at before every rule.
      (code === 'INVALID_ATTRIBUTE' && groups.has(String(value))),
  );
  if (problem) throw refusal(problem, change);
  const mismatch = checkNetworkBalancing(live).find(({ address = '' }) =>
    [...own].some((one) => address.startsWith(one)),
  );
  if (mismatch) throw new ApiError('InvalidConfigurationRequest', `${mismatch.message}: ${mismatch.rule}`);
}

function groupsOf(change: Parameters<typeof checkLive>[1]): ReadonlySet<string> {
  const all = [...(change.listener?.defaultActions ?? []), ...(change.rules ?? []).flatMap(({ actions }) => actions)];
  return new Set(all.flatMap((action) => (action.type === 'forward' ? action.targetGroups.map(({ arn }) => arn) : [])));
}

function refusal(problem: Problem, { listener }: { readonly listener?: Listener }): ApiError {
  const value = String(problem.value);
  switch (problem.code) {
    case 'PORT_CLASH':
      return new ApiError(
        'DuplicateListener',
        `A listener already exists on this port for this load balancer '${listener?.loadBalancerArn}'`,
      );
    case 'DUPLICATE':
      return new ApiError('PriorityInUse', `Priority '${value}' is currently in use`);
    case 'DANGLING_REFERENCE':
      return new ApiError('TargetGroupNotFound', `One or more target groups not found: '${value}'`);
    case 'QUOTA_EXCEEDED':
      return problem.message.includes('listeners')
        ? new ApiError('TooManyListeners', `${problem.message}: ${problem.rule}`)
        : new ApiError('TooManyRules', `${problem.message}: ${problem.rule}`);
    case 'INVALID_ATTRIBUTE':
      return new ApiError(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${value}`,
      );
    default:
      return new ApiError('ValidationError', problem.message);
  }
}
