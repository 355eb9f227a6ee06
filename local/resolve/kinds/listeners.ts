/** Listeners and listener rules (ELB user guide: load-balancer-listeners). */
import type { Values } from '../../read/schema.ts';
import { type ACTION, type CONDITION, LISTENER, LISTENER_RULE } from '../../read/schemas/aws-lb-listener.ts';
import type { Action, Condition, Listener, ListenerRule } from '../../topology.ts';
import { acting, type BuildContext, type Evaluated } from '../kind.ts';
import { hex, textOf } from '../names.ts';
import type { Report } from '../report.ts';
import { isNetwork } from './network-balancing.ts';

const MAX_VALUES = 5;

const listener = acting(
  LISTENER,
  'listeners',
  (_names, block, attribute) => {
    const arn = `${textOf(attribute('load_balancer_arn')).replace(':loadbalancer/', ':listener/')}/${hex(block.address, 16)}`;
    return { arn, id: arn };
  },
  ({ base, values: v, computed, report }): Listener => {
    const isSecure = v.protocol === 'HTTPS' || v.protocol === 'TLS';
    if (isSecure && v.certificate_arn === null)
      report.missing('certificate_arn', `a listener of ${v.protocol} has a default certificate (ELB CreateListener)`);
    if (!isSecure && v.certificate_arn !== null)
      report.bad(
        'certificate_arn',
        v.certificate_arn,
        `it does not go with ${v.protocol}`,
        'protocol HTTPS or TLS, or no certificate',
      );
    if (v.alpn_policy !== 'None' && v.protocol !== 'TLS')
      report.bad(
        'alpn_policy',
        v.alpn_policy,
        `it does not go with ${v.protocol}`,
        'protocol TLS (ELB CreateListener)',
      );
    return {
      ...base,
      arn: computed('arn'),
      loadBalancerArn: v.load_balancer_arn,
      port: v.port,
      protocol: v.protocol,
      ...(isNetwork(v.protocol)
        ? { network: { idleTimeoutSeconds: v.tcp_idle_timeout_seconds, alpnPolicy: v.alpn_policy } }
        : {}),
      defaultActions: v.default_action.map((action) => actionOf(action, report, 'default_action')),
    };
  },
);

const rule = acting(
  LISTENER_RULE,
  'rules',
  (_names, block, attribute) => {
    const arn = `${textOf(attribute('listener_arn')).replace(':listener/', ':listener-rule/')}/${hex(block.address, 16)}`;
    return { arn, id: arn };
  },
  (context): ListenerRule => {
    const { base, values: v, computed, report } = context;
    const conditions = v.condition.flatMap((c, i) => conditionsOf(c, report, `condition[${i}]`));
    checkConditions(conditions, report);
    return {
      ...base,
      arn: computed('arn'),
      listenerArn: v.listener_arn,
      priority: v.priority ?? nextPriority(context),
      conditions,
      actions: v.action.map((action) => actionOf(action, report, 'action')),
    };
  },
);

/** The next free one after the highest of the listener; of several rules without one, in their order (Terraform: aws_lb_listener_rule). */
function nextPriority({ base, values, report, all }: BuildContext<typeof LISTENER_RULE.fields>): number {
  const given = ({ values: v }: Evaluated): number | null => (typeof v['priority'] === 'number' ? v['priority'] : null);
  const siblings = all(...LISTENER_RULE.types).filter((r) => r.values['listener_arn'] === values.listener_arn);
  const unset = siblings.filter((r) => given(r) === null);
  if (unset.length > 1)
    report.note(
      'approximated',
      'aws_lb_listener_rule.priority',
      'rules without a priority follow in order of their names',
    );
  return Math.max(0, ...siblings.map((r) => given(r) ?? 0)) + 1 + unset.findIndex((r) => r.address === base.address);
}

/** Terraform takes a redirect or a fixed response only with its block. */
function actionOf(action: Values<typeof ACTION>, report: Report, path: string): Action {
  if (action.type === 'redirect') return redirectOf(action, report, path);
  if (action.type === 'fixed-response') {
    if (!action.fixed_response) report.missing(`${path}.fixed_response`);
    const fixed = action.fixed_response;
    return {
      type: action.type,
      statusCode: Number(fixed?.status_code ?? 200),
      contentType: fixed?.content_type ?? 'text/plain',
      body: fixed?.message_body ?? '',
    };
  }
  const { forward, target_group_arn: only } = action;
  if (!forward && !only) report.missing(`${path}.target_group_arn`, 'a forward action needs a target group');
  const sticky = forward?.stickiness;
  if (forward && new Set(forward.target_group.map((g) => g.arn)).size < forward.target_group.length)
    report.problem('DUPLICATE', `${path}.forward`, {
      message: 'a target group is there twice',
      rule: 'a forward action names each target group once',
      fix: 'add up their weights',
    });
  return {
    type: 'forward',
    targetGroups: forward ? forward.target_group : [{ arn: only ?? '', weight: 1 }],
    stickinessSeconds: sticky?.enabled ? sticky.duration : null,
  };
}

function redirectOf(action: Values<typeof ACTION>, report: Report, path: string): Action {
  if (!action.redirect) report.missing(`${path}.redirect`);
  const r = action.redirect;
  const unchanged =
    r && r.protocol === '#{protocol}' && r.host === '#{host}' && r.port === '#{port}' && r.path === '/#{path}';
  if (unchanged)
    report.bad(
      `${path}.redirect`,
      null,
      'it redirects to where it came from',
      'protocol, host, port or path must change',
    );
  return {
    type: 'redirect',
    protocol: r?.protocol ?? '#{protocol}',
    host: r?.host ?? '#{host}',
    port: r?.port ?? '#{port}',
    path: r?.path ?? '/#{path}',
    query: r?.query ?? '#{query}',
    statusCode: r?.status_code === 'HTTP_301' ? 301 : 302,
  };
}

function conditionsOf(c: Values<typeof CONDITION>, report: Report, path: string): Condition[] {
  const out: Condition[] = [];
  if (c.path_pattern) out.push({ field: 'path-pattern', values: c.path_pattern.values });
  if (c.host_header) out.push({ field: 'host-header', values: c.host_header.values });
  if (c.http_request_method) out.push({ field: 'http-request-method', values: c.http_request_method.values });
  if (c.source_ip) out.push({ field: 'source-ip', values: c.source_ip.values });
  if (c.http_header)
    out.push({ field: 'http-header', name: c.http_header.http_header_name, values: c.http_header.values });
  if (c.query_string.length > 0)
    out.push({ field: 'query-string', pairs: c.query_string.map((q) => ({ key: q.key, value: q.value })) });
  if (out.length === 1) return out;
  report.bad(
    path,
    out.length,
    `the condition block has ${out.length} conditions`,
    'one condition in each condition block',
  );
  return out;
}

/** Allowed values of each condition (ELB rule-condition-types). */
const VALUE_RULES: Readonly<Record<string, readonly [RegExp, string]>> = {
  'path-pattern': [/^[A-Za-z0-9_\-.$/~"'@:+*?&]{1,128}$/, '1 to 128 letters, digits and _-.$/~"\'@:+&*?'],
  'host-header': [/^[A-Za-z0-9.*?-]{1,128}$/, '1 to 128 letters, digits and -.*?'],
  'http-request-method': [/^[A-Z_-]{1,40}$/, 'a method of at most 40 capital letters, - and _'],
  'source-ip': [/^\d{1,3}(\.\d{1,3}){3}\/([0-9]|[12]\d|3[0-2])$|:/, 'an address block such as 192.0.2.0/24'],
  'http-header': [/^[\x20-\x7e]{1,128}$/, '1 to 128 printable characters'],
};

const ONCE: readonly string[] = ['path-pattern', 'host-header', 'http-request-method', 'source-ip'];

export function checkConditions(conditions: readonly Condition[], report: Report): void {
  const count = conditions.reduce((n, c) => n + ('values' in c ? c.values.length : c.pairs.length), 0);
  if (count > MAX_VALUES)
    report.problem('QUOTA_EXCEEDED', 'condition', {
      message: `the rule has ${count} condition values`,
      value: count,
      rule: `at most ${MAX_VALUES} condition values a rule (ELB load-balancer-limits)`,
      fix: 'split the rule',
    });
  for (const c of conditions) {
    const [pattern, rule] = VALUE_RULES[c.field] ?? [/^/, ''];
    if ('values' in c)
      for (const value of c.values)
        if (!pattern.test(value))
          report.bad('condition', value, `it is no ${c.field}`, `${rule} (ELB rule-condition-types)`);
  }
  for (const field of ONCE)
    if (conditions.filter((c) => c.field === field).length > 1)
      report.bad(
        'condition',
        field,
        `there is more than one ${field}`,
        `at most one ${field} a rule (ELB load-balancer-listeners)`,
      );
}

export const LISTENER_KINDS = [listener, rule];
