/** Events as they come, newest first. */
import { byId, element } from './dom.js';

const SHOWN = 300;
const AGAIN_MS = 2000;
const TONES = { error: 'bad', warn: 'warn' };

/** The plane whose events are shown. */
let shownRun = null;

export function followEvents() {
  const source = new EventSource('/api/events');
  // Another plane answers than before: its events begin anew, and those of the old one would pass for its own.
  source.addEventListener('run', ({ data }) => {
    if (shownRun !== null && shownRun !== data) byId('events').replaceChildren();
    shownRun = data;
  });
  source.onmessage = ({ data }) => show(JSON.parse(data));
  // The browser comes back by itself after a connection that ended, but not after an answer that is no stream.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(followEvents, AGAIN_MS);
  };
}

function show(event) {
  const item = element(
    'li',
    { class: TONES[event.level] ?? '' },
    element('span', { class: 'mono soft' }, event.at.slice(11, 19)),
    element('span', { class: 'soft' }, event.source),
    element('span', {}, event.message),
  );
  const list = byId('events');
  list.prepend(item);
  while (list.children.length > SHOWN) list.lastChild.remove();
}
