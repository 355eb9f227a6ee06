/** Says when what the page shows is not from now. */
import { byId, say } from './dom.js';

let lastAnswer = null;

/** The plane answered just now. @param state of the plane */
export function present(state) {
  lastAnswer = new Date();
  byId('stale').hidden = true;
  document.body.classList.remove('stale');
  setTitle(state === 'running' ? '' : `${state} · `);
}

/** It did not. The text stays the same while that lasts, so that it is read out once. */
export function absent() {
  const from = lastAnswer === null ? '' : ` What is below is from ${lastAnswer.toLocaleTimeString()}.`;
  byId('stale').hidden = false;
  say(byId('stale'), `The plane does not answer; it may be down.${from} Trying again …`);
  document.body.classList.add('stale');
  setTitle('no answer · ');
}

function setTitle(prefix) {
  const title = `${prefix}Cutover console`;
  if (document.title !== title) document.title = title;
}
