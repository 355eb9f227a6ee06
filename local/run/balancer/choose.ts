/** From a forward action to one target: group by weight or cookie, target by algorithm or cookie (ELB sticky-sessions). */

import { decideGroup } from './decide-target.ts';
import type { RequestHead } from './http/request-head.ts';
import type { ResponseHead } from './http/response-head.ts';
import type { GroupShare, ProxyContext, RouteAction } from './listener.ts';
import { cookieNamed, type StickyCookies } from './sticky.ts';
import type { TargetRuntime } from './target.ts';
import type { TargetGroupRuntime } from './target-group.ts';

const GROUP_COOKIE = 'AWSALBTG';
const TARGET_COOKIE = 'AWSALB';
const APP_COOKIE = 'AWSALBAPP-0';

export interface Choice {
  readonly group: TargetGroupRuntime;
  readonly target: TargetRuntime;
  /** Set-Cookie lines for the response; null without stickiness. */
  readonly cookies: ((response: ResponseHead) => string) | null;
}

/** @returns null where the group has no registered target, or every weight is 0: a 503 */
export function chooseTarget(
  action: Extract<RouteAction, { type: 'forward' }>,
  request: RequestHead,
  context: ProxyContext,
): Choice | null {
  const share = chooseGroup(action, request, context.cookies);
  if (share === null) return null;
  const { group } = share;
  const { stickiness } = group.definition;
  // Application cookies do not go with weighted groups.
  const binds = stickiness !== null && (stickiness.type === 'lb_cookie' || action.shares.length === 1);
  if (!binds && action.stickinessSeconds === null) {
    const target = group.pick();
    return target === null ? null : { group, target, cookies: null };
  }
  const bound = binds ? boundTarget(group, request, context.cookies) : null;
  const target = bound ?? group.pick();
  if (target === null) return null;
  if (binds && bound === null) group.counters.NonStickyRequestCount++;
  const { cookies } = context;
  return {
    group,
    target,
    cookies: (response) => {
      const seconds = action.stickinessSeconds;
      const ofGroup = seconds === null ? '' : cookies.write(GROUP_COOKIE, action.scope, group.definition.arn, seconds);
      return ofGroup + (binds ? targetCookie(group, target, { response, bound: bound !== null, cookies }) : '');
    },
  };
}

/** ≈ A group whose weight is 0 gets nothing, not even clients that are bound to it. */
function chooseGroup(
  action: Extract<RouteAction, { type: 'forward' }>,
  request: RequestHead,
  cookies: StickyCookies,
): GroupShare | null {
  if (action.stickinessSeconds !== null && request.cookie !== null) {
    const arn = cookies.read(request.cookie, GROUP_COOKIE, action.scope);
    const share = arn === null ? undefined : action.shares.find((one) => one.group.definition.arn === arn);
    if (share !== undefined && share.weight > 0) return share;
  }
  const [only] = action.shares;
  if (only !== undefined && action.shares.length === 1) return only;
  return decideGroup(action.shares);
}

function boundTarget(group: TargetGroupRuntime, request: RequestHead, cookies: StickyCookies): TargetRuntime | null {
  const { stickiness } = group.definition;
  if (request.cookie === null || stickiness === null) return null;
  const application = stickiness.type === 'app_cookie';
  if (application && cookieNamed(request.cookie, stickiness.cookieName ?? '') === null) return null;
  const key = cookies.read(request.cookie, application ? APP_COOKIE : TARGET_COOKIE, group.definition.arn);
  const target = key === null ? undefined : group.targets.get(key);
  return target !== undefined && group.eligible.includes(target) ? target : null;
}

function targetCookie(
  group: TargetGroupRuntime,
  target: TargetRuntime,
  how: { response: ResponseHead; bound: boolean; cookies: StickyCookies },
): string {
  const { stickiness, arn } = group.definition;
  if (stickiness === null) return '';
  if (stickiness.type === 'lb_cookie')
    return how.cookies.write(TARGET_COOKIE, arn, target.key, stickiness.durationSeconds);
  const name = `${stickiness.cookieName ?? ''}=`;
  const set = how.bound || how.response.header('set-cookie').some((value) => value.startsWith(name));
  return set ? how.cookies.write(APP_COOKIE, arn, target.key, stickiness.durationSeconds) : '';
}
