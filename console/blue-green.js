/** Blue/green deployments: how far each one is, what its hooks said, and how its traffic is split. */
import { element, gauge, rowHead, table, tone } from './dom.js';

/** Beyond this many, older ones are in `status --json`. */
const SHOWN = 4;

export function deployments(status) {
  return status.blueGreen.slice(0, SHOWN).map((deployment) => card(deployment, status));
}

function card(d, status) {
  const back = d.triggeringDeploymentId === null ? '' : `, rolls ${d.triggeringDeploymentId} back`;
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, `${d.service} `, element('span', { class: 'mono soft' }, d.id)),
    element('div', { class: 'soft' }, `${d.taskDefinition} · ${d.config}${back}`),
    element('div', { class: tone(d.status) }, waiting(d)),
    d.error ? element('p', { class: 'bad' }, `${d.error.code}: ${d.error.message}`) : null,
    split(d),
    sides(d, status),
    lifecycle(d),
  );
}

/** What it waits for, where that has an end. */
function waiting(d) {
  if (d.readyUntil && d.status === 'Ready') return `${d.status}, until ${clock(d.readyUntil)} for a word to continue`;
  if (d.blueEndsAt && d.blue.taskSet) return `${d.status}; the old version ends at ${clock(d.blueEndsAt)}`;
  return d.status;
}

/** One bar, blue's share and green's. */
function split({ blue, green }) {
  const label = `old version ${percent(blue.trafficPercent)}, new version ${percent(green.trafficPercent)}`;
  return gauge(`production traffic: ${label}`, green.trafficPercent, 100);
}

function sides(d, status) {
  const sets = status.services.find((s) => s.name === d.service && s.cluster === d.cluster)?.taskSets ?? [];
  return element('ul', { class: 'rules' }, side('blue', d.blue, sets), side('green', d.green, sets));
}

function side(name, of, sets) {
  const set = sets.find((one) => one.id === of.taskSet);
  const tasks = set ? `${set.runningCount} of ${set.computedDesiredCount} tasks, ${set.status}` : 'no task set';
  const definition = of.taskDefinition ?? '';
  return element('li', {}, `${name}: ${definition} ${tasks} `, element('span', { class: 'soft' }, of.targetGroup));
}

function lifecycle({ lifecycleEvents }) {
  const items = lifecycleEvents.map((event) =>
    element(
      'li',
      {},
      element(
        'span',
        { class: event.status === 'Skipped' || event.status === 'Pending' ? 'soft' : tone(event.status) },
        mark(event.status),
      ),
      element('span', {}, event.name),
      element('span', { class: 'soft' }, [event.status, took(event)].filter(Boolean).join(', ')),
      event.hook ? element('span', { class: 'mono soft note' }, event.hook) : null,
      event.message ? element('span', { class: 'soft note' }, event.message) : null,
    ),
  );
  return element('ol', { class: 'lifecycle', 'aria-label': 'lifecycle events' }, ...items);
}

const MARKS = { Succeeded: '✓', Failed: '✗', Unknown: '✗', InProgress: '▸', Skipped: '–' };
const mark = (status) => MARKS[status] ?? '·';

function took({ startedAt, endedAt }) {
  if (!startedAt || !endedAt) return startedAt ? `since ${clock(startedAt)}` : '';
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
}

const percent = (value) => `${Math.round(value * 10) / 10} %`;
const clock = (iso) => iso.slice(11, 19);

/** A service's task sets, in place of deployments. */
export function taskSets(sets) {
  return element(
    'ul',
    { class: 'rules' },
    ...sets.map((set) =>
      element(
        'li',
        {},
        element('span', { class: tone(set.status) }, set.status),
        ` ${set.taskDefinition}: ${set.runningCount} of ${set.computedDesiredCount}, ${set.stability.toLowerCase().replace('_', ' ')}`,
      ),
    ),
  );
}

const URGENCY = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];

/** What is in alarm comes first. */
export function alarms(list) {
  if (list.length === 0) return [];
  const sorted = [...list].sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state));
  const rows = sorted.map(({ name, state, reason }) =>
    element(
      'tr',
      {},
      rowHead(name),
      element('td', { class: tone(state) }, state),
      element('td', { class: 'soft wrap' }, reason),
    ),
  );
  return [table('Alarms', { Alarm: false, State: false, Reason: false }, rows)];
}
