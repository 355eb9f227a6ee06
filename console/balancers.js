/** Load balancers with their rules, and the targets behind them. */
import { element, rowHead, table, tone } from './dom.js';

/** Requests per target at the last reading, for rates. */
let before = { atMs: 0, requests: new Map() };

export function balancer(lb) {
  const listeners = lb.listeners.map((l) =>
    element(
      'div',
      {},
      // A browser has no use for a listener of a network load balancer.
      l.url.startsWith('http')
        ? element('a', { href: l.url, class: 'mono' }, l.url)
        : element('span', { class: 'mono' }, l.url),
      element('ul', { class: 'rules' }, ...l.rules.map((r) => element('li', { class: 'mono' }, ruleText(r)))),
    ),
  );
  const none = listeners.length === 0 ? [element('div', { class: 'soft' }, 'No listener.')] : listeners;
  return element('article', { class: 'card' }, element('h3', {}, lb.name), ...none);
}

function ruleText(rule) {
  const values = (c) => c.values ?? c.pairs?.map((p) => (p.key ? `${p.key}=${p.value}` : p.value)) ?? [];
  const when =
    rule.priority === 'default'
      ? 'default'
      : rule.conditions
          .map((c) => `${c.field === 'path-pattern' ? '' : `${c.name ?? c.field} `}${values(c).join(' or ')}`)
          .join(' and ');
  const then = rule.actions.map((a) =>
    a.type === 'forward'
      ? a.targetGroups
          .map((g) => `${g.arn.split('/')[1]}${a.targetGroups.length > 1 ? ` ${shareOf(g, a.targetGroups)}` : ''}`)
          .join(', ')
      : `${a.type} ${a.statusCode ?? ''}`,
  );
  return `${rule.priority === 'default' ? '' : `${rule.priority}: `}${when} → ${then.join(', ')}`;
}

/** Weights are relative to each other. */
function shareOf(group, all) {
  const total = all.reduce((sum, g) => sum + g.weight, 0);
  return total > 0 ? `${Math.round((group.weight / total) * 1000) / 10} %` : '0 %';
}

const COLUMNS = {
  'Target group': false,
  Target: false,
  Port: true,
  State: false,
  Requests: true,
  'Per second': true,
  Reason: false,
};

export function targets(groups) {
  const atMs = performance.now();
  const seconds = (atMs - before.atMs) / 1000;
  const now = new Map();
  const rows = groups.flatMap((group) =>
    group.targets.map((t) => {
      const key = `${group.arn} ${t.address}:${t.port}`;
      now.set(key, t.requests);
      return row(group, t, rateOf(t.requests, before.requests.get(key), seconds));
    }),
  );
  before = { atMs, requests: now };
  return rows.length === 0 ? [] : [table('Targets', COLUMNS, rows)];
}

/** Nothing where there is no reading before, or the count began anew: another plane answers now. */
function rateOf(requests, last, seconds) {
  return last === undefined || seconds <= 0 || requests < last ? '' : ((requests - last) / seconds).toFixed(1);
}

function row(group, t, rate) {
  return element(
    'tr',
    {},
    rowHead(group.name),
    element('td', { class: 'mono' }, t.address),
    element('td', { class: 'number' }, t.port),
    element('td', { class: tone(t.state) }, t.state),
    element('td', { class: 'number' }, t.requests),
    element('td', { class: 'number' }, rate),
    element('td', { class: 'soft wrap' }, t.reason ?? ''),
  );
}
