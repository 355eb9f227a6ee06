/** REST APIs: what each stage answers, and what is used of quotas. */
import { element, gauge } from './dom.js';

/** From here on a quota's bar is no longer green. */
const MUCH_PERCENT = 80;

export function restApis(apis, usage) {
  return [...apis.map(api), ...(usage.length > 0 ? [quotas(usage)] : [])];
}

function api({ name, id, stages }) {
  const none = element('div', { class: 'soft' }, 'No stage serves.');
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, name),
    element('div', { class: 'mono soft' }, id),
    ...(stages.length > 0 ? stages.flatMap(stage) : [none]),
  );
}

function stage({ name, url, methods }) {
  return [
    element('h4', {}, `stage ${name}`),
    element('div', { class: 'mono' }, url),
    element('ul', { class: 'rules' }, ...methods.map((method) => element('li', { class: 'mono' }, method))),
  ];
}

function quotas(usage) {
  return element(
    'article',
    { class: 'card' },
    element('h3', {}, 'Quotas'),
    ...usage.map(({ key, plan, used, limit, period, endsAt }) =>
      gauge(`${key} in ${plan}: ${used} of ${limit} a ${period.toLowerCase()}, until ${until(endsAt)}`, used, limit, {
        low: (limit * MUCH_PERCENT) / 100,
        high: Math.max(0, limit - 1),
        optimum: 0,
      }),
    ),
  );
}

const until = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
