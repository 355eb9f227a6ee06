/** The console: draws the plane's status every second and its events as they come. Reads only; text is never markup. */
import { alarms, deployments, restApis, taskSets } from './blue-green.js';
import { byId, element, fill, table, tone } from './dom.js';

const POLL_MS = 1000;
const EVENTS_SHOWN = 300;

/** Requests per target at the last reading, for rates. */
let before = { atMs: 0, requests: new Map() };

function service(s) {
  const deployment = s.deployments[0];
  const dots = s.tasks.map((t) =>
    element('span', {
      class: `dot ${tone(t.lastStatus)}`,
      title: `${t.taskDefinition} ${t.lastStatus} ${t.address}:${t.hostPort ?? '-'}`,
    }),
  );
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, s.name),
    element('div', { class: 'soft' }, `${s.launchType} · ${s.taskDefinition}`),
    element(
      'div',
      { class: 'dots', role: 'img', 'aria-label': `${s.runningCount} of ${s.desiredCount} tasks running` },
      ...dots,
    ),
    element('div', {}, `${s.runningCount} running, ${s.pendingCount} pending, ${s.desiredCount} desired`),
    s.taskSets.length > 0
      ? taskSets(s.taskSets)
      : element(
          'div',
          { class: deployment ? tone(deployment.rolloutState) : 'soft' },
          s.steady ? 'steady' : (deployment?.rolloutState ?? 'no deployment'),
        ),
  );
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

function balancer(lb) {
  const listeners = lb.listeners.map((l) =>
    element(
      'div',
      {},
      element('a', { href: l.url, class: 'mono' }, l.url),
      element('ul', { class: 'rules' }, ...l.rules.map((r) => element('li', { class: 'mono' }, ruleText(r)))),
    ),
  );
  return element('article', { class: 'card' }, element('h3', {}, lb.name), ...listeners);
}

function targetsTable(status) {
  const atMs = performance.now();
  const seconds = (atMs - before.atMs) / 1000;
  const now = new Map();
  const rows = status.targetGroups.flatMap((group) =>
    group.targets.map((t) => {
      const key = `${group.arn} ${t.address}:${t.port}`;
      now.set(key, t.requests);
      const last = before.requests.get(key);
      const rate = last === undefined || seconds <= 0 ? '' : ((t.requests - last) / seconds).toFixed(1);
      return element(
        'tr',
        {},
        element('td', {}, group.name),
        element('td', { class: 'mono' }, t.address),
        element('td', { class: 'number' }, t.port),
        element('td', { class: tone(t.state) }, t.state),
        element('td', { class: 'number' }, t.requests),
        element('td', { class: 'number' }, rate),
        element('td', { class: 'soft' }, t.reason ?? ''),
      );
    }),
  );
  before = { atMs, requests: now };
  if (rows.length === 0) return [];
  const columns = {
    'Target group': false,
    Target: false,
    Port: true,
    State: false,
    Requests: true,
    'Per second': true,
    Reason: false,
  };
  return [table(columns, rows)];
}

function instance(i) {
  const used = {
    cpu: i.registered.cpuUnits - i.remaining.cpuUnits,
    memory: i.registered.memoryMiB - i.remaining.memoryMiB,
  };
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, i.id),
    element('div', { class: 'soft' }, `${i.instanceType} · ${i.zone} · ${i.address}`),
    element('div', { class: tone(i.status) }, i.status),
    element(
      'label',
      {},
      `memory ${used.memory} of ${i.registered.memoryMiB} MiB`,
      element('meter', { min: 0, max: i.registered.memoryMiB, value: used.memory }),
    ),
    element(
      'label',
      {},
      `cpu ${used.cpu} of ${i.registered.cpuUnits} units`,
      element('meter', { min: 0, max: i.registered.cpuUnits, value: used.cpu }),
    ),
    element(
      'div',
      { class: 'mono' },
      i.ports.length > 0 ? `ports ${[...i.ports].sort((a, b) => a - b).join(' ')}` : 'no host port in use',
    ),
    ...i.processes.map((p) =>
      element('div', { class: 'mono' }, `${p.name} ${p.state}${p.pid ? `, pid ${p.pid}` : ''}`),
    ),
  );
}

function draw(status) {
  byId('summary').textContent =
    `${status.stage ? `stage ${status.stage} · ` : ''}${status.state} · clock rate ${status.clockRate} · AWS endpoint ${status.endpoints.aws}`;
  fill('services', status.services.map(service), 'No service runs.');
  fill('deployments', deployments(status), 'Nothing is deployed blue/green.');
  fill('alarms', alarms(status.alarms), 'No alarm.');
  fill('balancers', status.loadBalancers.map(balancer), 'No load balancer.');
  fill('rest-apis', restApis(status.restApis, status.usagePlans), 'No REST API.');
  fill('targets', targetsTable(status), 'No target is registered.');
  fill('instances', status.instances.map(instance), 'No instance; Fargate tasks need none.');
}

async function poll() {
  try {
    const response = await fetch('/api/status');
    if (!response.ok) throw new Error(`status ${response.status}`);
    draw(await response.json());
  } catch {
    byId('summary').textContent = 'The plane does not answer; it may be down. Trying again …';
  }
  setTimeout(poll, POLL_MS);
}

function followEvents() {
  const source = new EventSource('/api/events');
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    const toneOf = { error: 'bad', warn: 'warn' }[event.level] ?? '';
    const item = element(
      'li',
      { class: toneOf },
      element('span', { class: 'mono soft' }, event.at.slice(11, 19)),
      element('span', { class: 'soft' }, event.source),
      element('span', {}, event.message),
    );
    const list = byId('events');
    list.prepend(item);
    while (list.children.length > EVENTS_SHOWN) list.lastChild.remove();
  };
}

poll();
followEvents();
