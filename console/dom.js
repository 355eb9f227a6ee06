/** Elements from data. Text is never markup. */

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text nodes, nothing becomes nothing. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  const shown = children.filter((child) => child !== null && child !== undefined);
  node.append(...shown.map((child) => (typeof child === 'number' ? String(child) : child)));
  return node;
}

export const fill = (id, nodes, empty) =>
  byId(id).replaceChildren(...(nodes.length > 0 ? nodes : [element('p', { class: 'empty' }, empty)]));

const GOOD = ['healthy', 'RUNNING', 'HEALTHY', 'ACTIVE', 'COMPLETED', 'Succeeded', 'PRIMARY', 'STEADY_STATE', 'OK'];
const BAD = ['unhealthy', 'STOPPED', 'UNHEALTHY', 'FAILED', 'TERMINATED', 'Failed', 'Stopped', 'ALARM'];

export const tone = (state) => {
  if (GOOD.includes(state)) return 'good';
  return BAD.includes(state) ? 'bad' : 'warn';
};

/** @param columns head → numeric */
export function table(columns, rows) {
  const cells = Object.entries(columns).map(([head, numeric]) =>
    element('th', { scope: 'col', class: numeric ? 'number' : '' }, head),
  );
  return element('table', {}, element('thead', {}, element('tr', {}, ...cells)), element('tbody', {}, ...rows));
}
