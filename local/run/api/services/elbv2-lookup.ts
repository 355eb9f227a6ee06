/** Finding load balancer resources by ARN or name, with AWS's refusals, and pages of them. */
import type { Listener, ListenerRule, TargetGroup } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { Call } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, text } from '../schema.ts';

export const paging = { Marker: text.optional(), PageSize: integer(1, 400).optional() };
export type Paging = { readonly Marker?: string | undefined; readonly PageSize?: number | undefined };

export function needGroup(call: Call, arn: string): TargetGroup {
  const [found] = select(call.balancer.targetGroups(), { arns: [arn], missing: 'TargetGroupNotFound' });
  return found as TargetGroup;
}

export function needListener(call: Call, arn: string): Listener {
  const [found] = select(call.balancer.listeners(), { arns: [arn], missing: 'ListenerNotFound' });
  return found as Listener;
}

/** A listener's default rule has an ARN, but is changed with its listener. @throws ApiError OperationNotPermitted */
export function needRule(call: Call, arn: string): ListenerRule {
  if (arn.endsWith('/default'))
    throw new ApiError('OperationNotPermitted', `Default rule '${arn}' cannot be modified here: modify its listener`);
  const [found] = select(call.balancer.rules(), { arns: [arn], missing: 'RuleNotFound' });
  return found as ListenerRule;
}

/**
 * Those with the given ARNs or names; all where neither is given.
 * @throws ApiError `missing` naming the first that is not there
 */
export function select<T extends { readonly arn: string; readonly name?: string }>(
  all: readonly T[],
  by: {
    readonly arns?: readonly string[] | undefined;
    readonly names?: readonly string[] | undefined;
    readonly missing: string;
  },
): readonly T[] {
  const { arns = [], names: wantedNames = [] } = by;
  if (arns.length === 0 && wantedNames.length === 0) return all;
  for (const wanted of arns) {
    if (!wanted.startsWith('arn:'))
      throw validation(`'${wanted}' is not a valid ${whatIs(by.missing).slice(0, -1)} ARN`);
    if (!all.some((one) => one.arn === wanted)) throw notFound(by.missing, wanted);
  }
  for (const wanted of wantedNames) if (!all.some((one) => one.name === wanted)) throw notFound(by.missing, wanted);
  return all.filter((one) => arns.includes(one.arn) || (one.name !== undefined && wantedNames.includes(one.name)));
}

const whatIs = (code: string): string =>
  ({ LoadBalancerNotFound: 'load balancers', ListenerNotFound: 'listeners', RuleNotFound: 'rules' })[code] ??
  'target groups';

export function notFound(code: string, wanted: string): ApiError {
  return new ApiError(code, `One or more ${whatIs(code)} not found: '${wanted}'`);
}

export function validation(message: string): ApiError {
  return new ApiError('ValidationError', message);
}

export function page<T extends { readonly arn: string }>(
  key: string,
  all: readonly T[],
  paged: Paging,
  shape: (one: T) => object,
): object {
  const found = paginate(all, (one) => one.arn, {
    token: paged.Marker,
    max: paged.PageSize ?? 400,
    errorCode: 'ValidationError',
  });
  return { [key]: found.items.map(shape), NextMarker: found.next };
}

export function loadBalancersOf(targetGroupArn: string, { balancer }: Call): string[] {
  const listeners = balancer.listeners();
  const names = (actions: (typeof listeners)[number]['defaultActions']): boolean =>
    actions.some(
      (action) => action.type === 'forward' && action.targetGroups.some((group) => group.arn === targetGroupArn),
    );
  const used = listeners.filter(
    (listener) =>
      names(listener.defaultActions) ||
      balancer.rules().some((rule) => rule.listenerArn === listener.arn && names(rule.actions)),
  );
  return [...new Set(used.map((listener) => listener.loadBalancerArn))];
}

export function pairs(map: Readonly<Record<string, string>>): object[] {
  return Object.entries(map).map(([Key, Value]) => ({ Key, Value }));
}
