/** Attributes of target groups (ELB load-balancer-target-groups, target group attributes). Pure. */
import type { TargetGroup } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';

type Changed = Omit<TargetGroup, 'stickiness'> & {
  readonly sticky: { enabled: boolean; type: 'lb_cookie' | 'app_cookie'; lb: number; app: number; cookie: string };
};
type Rule = readonly [allowed: RegExp, what: string, set: (group: Changed, value: string) => Changed];

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const number = /^\d{1,6}$/;
const word = (...words: readonly string[]): RegExp => new RegExp(`^(${words.join('|')})$`);

const RULES: Readonly<Record<string, Rule>> = {
  'deregistration_delay.timeout_seconds': [
    number,
    '0 to 3600',
    (group, value) => ({ ...group, deregistrationDelaySeconds: within(value, 0, 3600) }),
  ],
  'slow_start.duration_seconds': [
    number,
    '0 or 30 to 900',
    (group, value) => ({ ...group, slowStartSeconds: value === '0' ? 0 : within(value, 30, 900) }),
  ],
  'load_balancing.algorithm.type': [
    word('round_robin', 'least_outstanding_requests'),
    'round_robin or least_outstanding_requests',
    (group, value) => ({ ...group, algorithm: value as TargetGroup['algorithm'] }),
  ],
  'stickiness.enabled': [
    word('true', 'false'),
    'true or false',
    (group, value) => ({ ...group, sticky: { ...group.sticky, enabled: value === 'true' } }),
  ],
  'stickiness.type': [
    word('lb_cookie', 'app_cookie'),
    'lb_cookie or app_cookie',
    (group, value) => ({ ...group, sticky: { ...group.sticky, type: value as 'lb_cookie' } }),
  ],
  'stickiness.lb_cookie.duration_seconds': [
    number,
    `1 to ${WEEK_SECONDS}`,
    (group, value) => ({ ...group, sticky: { ...group.sticky, lb: within(value, 1, WEEK_SECONDS) } }),
  ],
  'stickiness.app_cookie.duration_seconds': [
    number,
    `1 to ${WEEK_SECONDS}`,
    (group, value) => ({ ...group, sticky: { ...group.sticky, app: within(value, 1, WEEK_SECONDS) } }),
  ],
  'stickiness.app_cookie.cookie_name': [
    /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/,
    'a cookie name',
    (group, value) => ({ ...group, sticky: { ...group.sticky, cookie: value } }),
  ],
};

/** @throws ApiError InvalidConfigurationRequest for a key that does nothing here, or a value outside its range */
export function withAttributes(group: TargetGroup, given: ReadonlyMap<string, string>): TargetGroup {
  const { stickiness, ...rest } = group;
  const seconds = stickiness?.durationSeconds ?? DAY_SECONDS;
  let changed: Changed = {
    ...rest,
    sticky: {
      enabled: stickiness !== null,
      type: stickiness?.type ?? 'lb_cookie',
      lb: seconds,
      app: seconds,
      cookie: stickiness?.cookieName ?? '',
    },
  };
  for (const [key, value] of given) {
    const [allowed, what, set] = RULES[key] ?? [];
    if (!allowed || !set)
      throw refuse(`Target group attribute key '${key}' has no local counterpart: ${Object.keys(RULES).join(', ')} do`);
    if (!allowed.test(value)) throw refuse(`Target group attribute ${key} must be ${what}, not '${value}'`);
    changed = set(changed, value);
  }
  return finished(changed);
}

function finished({ sticky, ...group }: Changed): TargetGroup {
  if (group.slowStartSeconds > 0 && group.algorithm !== 'round_robin')
    throw refuse('Slow start does not go with least_outstanding_requests');
  if (!sticky.enabled) return { ...group, stickiness: null };
  if (sticky.type === 'lb_cookie')
    return { ...group, stickiness: { type: sticky.type, durationSeconds: sticky.lb, cookieName: null } };
  if (sticky.cookie === '') throw refuse('stickiness.app_cookie.cookie_name must be set for app_cookie stickiness');
  return { ...group, stickiness: { type: sticky.type, durationSeconds: sticky.app, cookieName: sticky.cookie } };
}

function within(value: string, low: number, high: number): number {
  const number = Number(value);
  if (number < low || number > high) throw refuse(`The value '${value}' must be from ${low} to ${high}`);
  return number;
}

function refuse(message: string): ApiError {
  return new ApiError('InvalidConfigurationRequest', message);
}
