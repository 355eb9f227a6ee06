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

/** @param empty what is said where there are no nodes */
export const fill = (id, nodes, empty) =>
  become(byId(id), nodes.length > 0 ? nodes : [element('p', { class: 'empty' }, empty)]);

/** Changes text only where it differs, for a live region is read out again whenever it is written. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes these the node's children. What is there already and of the same kind stays and is changed in place: the page is
 * drawn every second, and a link that has the focus, a selection or a place in a scrolled table must outlive that.
 */
function become(node, wanted) {
  const present = [...node.childNodes];
  wanted.forEach((next, i) => {
    const now = present[i];
    if (now === undefined) node.append(next);
    else if (now.nodeName !== next.nodeName) now.replaceWith(next);
    else if (now.nodeType === Node.TEXT_NODE) {
      if (now.data !== next.data) now.data = next.data;
    } else {
      takeAttributes(now, next);
      become(now, [...next.childNodes]);
    }
  });
  for (const left of present.slice(wanted.length)) left.remove();
}

function takeAttributes(now, next) {
  for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
}

/** What has more than it shows is a stop of the Tab key, so that the arrow keys can scroll it; what has not is none. */
export function stopAtScrollers() {
  for (const node of document.querySelectorAll('.scroll')) {
    const more = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight;
    if (more !== (node.tabIndex === 0)) node.tabIndex = more ? 0 : -1;
  }
}

const GOOD = ['healthy', 'RUNNING', 'HEALTHY', 'ACTIVE', 'COMPLETED', 'Succeeded', 'PRIMARY', 'STEADY_STATE', 'OK'];
const BAD = ['unhealthy', 'STOPPED', 'UNHEALTHY', 'FAILED', 'TERMINATED', 'Failed', 'Stopped', 'ALARM'];

export const tone = (state) => {
  if (GOOD.includes(state)) return 'good';
  return BAD.includes(state) ? 'bad' : 'warn';
};

/** How much of it is used, in words and as a bar. */
export function gauge(text, used, most, attributes = {}) {
  return element(
    'label',
    { class: 'gauge' },
    text,
    element('meter', { min: 0, max: most, value: used, ...attributes }),
  );
}

/**
 * @param caption what it is a table of, for who does not see the heading above it
 * @param columns head → numeric
 */
export function table(caption, columns, rows) {
  const cells = Object.entries(columns).map(([head, numeric]) =>
    element('th', { scope: 'col', class: numeric ? 'number' : '' }, head),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, ...cells)),
    element('tbody', {}, ...rows),
  );
}

/** What a row is about. */
export const rowHead = (text) => element('th', { scope: 'row', class: 'name' }, text);
