/**
 * In ava's main process: it copies its counts, those of every file among them, at each of ten thousand events, which is
 * half of what that process does. Its reporter only reads them, so a copy of the run's counts is enough for it.
 */
import v8 from 'node:v8';

/** Only ava's run-status.js calls these two there, one on what the other gives; anything else goes on to Node's own. */
export function copyCountsLightly() {
  const { serialize, deserialize } = v8;
  const copies = new WeakSet();
  v8.serialize = (value) => {
    if (!(value?.byFile instanceof Map)) return serialize(value);
    const copy = { ...value };
    copies.add(copy);
    return copy;
  };
  v8.deserialize = (value) => (copies.has(value) ? value : deserialize(value));
}
