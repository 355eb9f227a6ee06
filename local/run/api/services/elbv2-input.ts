/** Actions and conditions as the ELBv2 API takes them, turned into those of the topology. Strict: refused by name. */
import { z } from 'zod';
import type { Problem } from '../../../errors.ts';
import { checkConditions } from '../../../resolve/kinds/listeners.ts';
import { Report } from '../../../resolve/report.ts';
import type { Action, Condition } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { bool, integer, list, name, names, text } from '../schema.ts';

const MAX_GROUPS = 5;
const MAX_STICKINESS_SECONDS = 604_800;

export const actions = list(
  z.strictObject({
    Type: text,
    Order: integer(1, 50_000).optional(),
    TargetGroupArn: name.optional(),
    ForwardConfig: z
      .strictObject({
        TargetGroups: list(z.strictObject({ TargetGroupArn: name, Weight: integer(0, 999).optional() })).optional(),
        TargetGroupStickinessConfig: z
          .strictObject({
            Enabled: bool.optional(),
            DurationSeconds: integer(1, MAX_STICKINESS_SECONDS).optional(),
          })
          .optional(),
      })
      .optional(),
    RedirectConfig: z
      .strictObject({
        Protocol: z.enum(['HTTP', 'HTTPS', '#{protocol}']).optional(),
        Host: text.optional(),
        Port: text.optional(),
        Path: text.optional(),
        Query: text.optional(),
        StatusCode: z.enum(['HTTP_301', 'HTTP_302']),
      })
      .optional(),
    FixedResponseConfig: z
      .strictObject({
        StatusCode: z.string().regex(/^(2|4|5)\d\d$/, 'must be 2XX, 4XX or 5XX'),
        ContentType: z
          .enum(['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'])
          .optional(),
        MessageBody: z.string().max(1024).optional(),
      })
      .optional(),
  }),
  50,
);

const values = z.strictObject({ Values: names });

export const conditions = list(
  z.strictObject({
    Field: text.optional(),
    Values: names.optional(),
    PathPatternConfig: values.optional(),
    HostHeaderConfig: values.optional(),
    HttpRequestMethodConfig: values.optional(),
    SourceIpConfig: values.optional(),
    HttpHeaderConfig: z.strictObject({ HttpHeaderName: name, Values: names }).optional(),
    QueryStringConfig: z
      .strictObject({ Values: list(z.strictObject({ Key: text.optional(), Value: name })) })
      .optional(),
  }),
  100,
);

type GivenAction = z.output<typeof actions>[number];
type GivenCondition = z.output<typeof conditions>[number];

const bad = (message: string, code = 'ValidationError'): ApiError => new ApiError(code, message);

/** @throws ApiError InvalidLoadBalancerAction | TooManyActions | TooManyTargetGroups | ValidationError */
export function actionsOf(given: readonly GivenAction[]): readonly Action[] {
  const foreign = given.find(({ Type }) => !['forward', 'redirect', 'fixed-response'].includes(Type));
  if (foreign)
    throw bad(
      `The action type '${foreign.Type}' has no local counterpart: forward, redirect and fixed-response do`,
      'InvalidLoadBalancerAction',
    );
  const [action, another] = given;
  if (!action) throw bad('You must specify one forward, redirect or fixed-response action');
  if (another) throw bad('A rule has one forward, redirect or fixed-response action', 'TooManyActions');
  return [actionOf(action)];
}

function actionOf(given: GivenAction): Action {
  if (given.Type === 'redirect') return redirectOf(given.RedirectConfig);
  if (given.Type === 'fixed-response') {
    const fixed = given.FixedResponseConfig;
    if (!fixed) throw bad('A fixed-response action needs a FixedResponseConfig', 'InvalidLoadBalancerAction');
    return {
      type: 'fixed-response',
      statusCode: Number(fixed.StatusCode),
      contentType: fixed.ContentType ?? 'text/plain',
      body: fixed.MessageBody ?? '',
    };
  }
  return forwardOf(given);
}

function forwardOf({ TargetGroupArn: only, ForwardConfig: config }: GivenAction): Action {
  const listed = config?.TargetGroups ?? [];
  if (only !== undefined && listed.length > 0 && !(listed.length === 1 && listed[0]?.TargetGroupArn === only))
    throw bad('TargetGroupArn and ForwardConfig name different target groups', 'InvalidLoadBalancerAction');
  const targetGroups = listed.map(({ TargetGroupArn, Weight }) => ({ arn: TargetGroupArn, weight: Weight ?? 1 }));
  if (targetGroups.length === 0) {
    if (only === undefined) throw bad('A target group ARN must be specified', 'InvalidLoadBalancerAction');
    targetGroups.push({ arn: only, weight: 1 });
  }
  if (targetGroups.length > MAX_GROUPS)
    throw bad(`A forward action has at most ${MAX_GROUPS} target groups`, 'TooManyTargetGroups');
  if (new Set(targetGroups.map(({ arn }) => arn)).size < targetGroups.length)
    throw bad('A forward action names each target group once');
  const sticky = config?.TargetGroupStickinessConfig;
  if (sticky?.Enabled && sticky.DurationSeconds === undefined)
    throw bad('Target group stickiness needs DurationSeconds');
  return {
    type: 'forward',
    targetGroups,
    stickinessSeconds: sticky?.Enabled ? (sticky.DurationSeconds ?? null) : null,
  };
}

function redirectOf(given: GivenAction['RedirectConfig']): Action {
  if (!given) throw bad('A redirect action needs a RedirectConfig', 'InvalidLoadBalancerAction');
  const {
    Protocol = '#{protocol}',
    Host = '#{host}',
    Port = '#{port}',
    Path = '/#{path}',
    Query = '#{query}',
    StatusCode,
  } = given;
  if (Protocol === '#{protocol}' && Host === '#{host}' && Port === '#{port}' && Path === '/#{path}')
    throw bad('The redirect configuration is not valid because it creates a loop.', 'InvalidLoadBalancerAction');
  return {
    type: 'redirect',
    protocol: Protocol,
    host: Host,
    port: Port,
    path: Path,
    query: Query,
    statusCode: StatusCode === 'HTTP_301' ? 301 : 302,
  };
}

/** With the rules that hold for the stacks' conditions. @throws ApiError ValidationError with every problem */
export function conditionsOf(given: readonly GivenCondition[]): readonly Condition[] {
  if (given.length === 0) throw bad('A condition must be specified');
  const found = given.map(conditionOf);
  const problems: Problem[] = [];
  checkConditions(found, new Report('rule', 'aws_lb_listener_rule', problems, new Map()));
  if (problems.length > 0)
    throw bad(problems.map(({ message, rule }) => `${message}${rule ? ` (${rule})` : ''}`).join('; '));
  return found;
}

function conditionOf(given: GivenCondition): Condition {
  const field = given.Field ?? fieldOf(given);
  const simple = {
    'path-pattern': given.PathPatternConfig,
    'host-header': given.HostHeaderConfig,
    'http-request-method': given.HttpRequestMethodConfig,
    'source-ip': given.SourceIpConfig,
  } as const;
  if (field === 'http-header') {
    if (!given.HttpHeaderConfig) throw bad('A http-header condition needs a HttpHeaderConfig');
    return { field, name: given.HttpHeaderConfig.HttpHeaderName, values: given.HttpHeaderConfig.Values };
  }
  if (field === 'query-string') {
    if (!given.QueryStringConfig) throw bad('A query-string condition needs a QueryStringConfig');
    return {
      field,
      pairs: given.QueryStringConfig.Values.map(({ Key, Value }) => ({ key: Key ?? null, value: Value })),
    };
  }
  if (!Object.hasOwn(simple, field))
    throw bad(
      `Condition field '${field}' must be one of '[path-pattern, host-header, http-request-method, source-ip, http-header, query-string]'`,
    );
  const name = field as keyof typeof simple;
  const wanted = simple[name]?.Values ?? given.Values ?? [];
  if (wanted.length === 0) throw bad(`A condition value must be specified for ${field}`);
  return { field: name, values: wanted };
}

function fieldOf(given: GivenCondition): string {
  if (given.PathPatternConfig) return 'path-pattern';
  if (given.HostHeaderConfig) return 'host-header';
  if (given.HttpRequestMethodConfig) return 'http-request-method';
  if (given.SourceIpConfig) return 'source-ip';
  if (given.HttpHeaderConfig) return 'http-header';
  if (given.QueryStringConfig) return 'query-string';
  throw bad('A condition field must be specified');
}
