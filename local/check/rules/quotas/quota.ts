/** The shape that all quotas have: something is counted, and must not exceed a number. Pure. */
import type { Found, Rule, System } from '../../contracts.ts';

export interface Count {
  readonly address: string;
  /** Of whom, for the message. */
  readonly of: string;
  readonly count: number;
}

interface Quota extends Pick<Rule, 'id' | 'page' | 'adopts'> {
  readonly max: number;
  /** What is counted, plural: `rules`. */
  readonly what: string;
  /** A load balancer, a rule …: what has so many. */
  readonly per: string;
  /** Whether AWS raises it on request. */
  readonly isAdjustable: boolean;
  readonly fix: string;
  readonly count: (system: System) => readonly Count[];
}

export const quota = ({ max, what, per, isAdjustable, count, ...rest }: Quota): Rule => ({
  ...rest,
  severity: 'error',
  text: `at most ${max.toLocaleString('en-US')} ${what} ${per}${isAdjustable ? ' (by default; AWS raises it on request)' : ''}`,
  find: (system) =>
    count(system)
      .filter((c) => c.count > max)
      .map((c): Found => ({ address: c.address, message: `${c.of} has ${c.count} ${what}`, value: c.count })),
});

/** A quota whose refusal by the resolver is told by code and address. */
export const refusedAt =
  (address: RegExp, message: RegExp = /^/): NonNullable<Rule['adopts']> =>
  (problem) =>
    ['QUOTA_EXCEEDED', 'INVALID_ATTRIBUTE'].includes(problem.code) &&
    address.test(problem.address ?? '') &&
    message.test(problem.message);
