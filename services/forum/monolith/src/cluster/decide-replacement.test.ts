import test from 'ava';
import fc from 'fast-check';
import {
  CLEAN_RECORD,
  decideReplacement,
  FIRST_PAUSE_MS,
  LONGEST_PAUSE_MS,
  MAX_DEATHS_AT_START,
  STABLE_MS,
} from './decide-replacement.ts';

/** The pauses after deaths in turn. */
function pauses(...listenedMs: (number | null)[]): (number | null)[] {
  let record = CLEAN_RECORD;
  return listenedMs.map((each) => {
    const decided = decideReplacement(record, each);
    record = decided.record;
    return decided.pauseMs;
  });
}

test('a worker that has served for a while is replaced at once', (t) => {
  t.deepEqual(pauses(STABLE_MS, STABLE_MS * 100, STABLE_MS), [0, 0, 0]);
});

test('early deaths are answered with pauses that double up to the longest', (t) => {
  t.deepEqual(
    pauses(0, 1, STABLE_MS - 1, null, null, null, null, null),
    [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000],
  );
});

test('a good worker in between forgives', (t) => {
  t.deepEqual(pauses(1, 1, STABLE_MS, 1), [100, 200, 0, 100]);
});

test('where no worker has ever come up, the last death ends it', (t) => {
  t.deepEqual(pauses(...Array(MAX_DEATHS_AT_START).fill(null)).at(-1), null);
  t.deepEqual(pauses(1, ...Array(MAX_DEATHS_AT_START * 3).fill(null)).includes(null), false);
});

test('whatever happens: pauses are bounded, and nothing is given up that has ever worked', (t) => {
  const death = fc.option(fc.nat(STABLE_MS * 2));
  fc.assert(
    fc.property(fc.array(death, { maxLength: 50 }), (deaths) => {
      const decided = pauses(...deaths);
      for (const [index, pause] of decided.entries()) {
        if (pause === null) t.true(deaths.slice(0, index + 1).every((each) => each === null));
        else t.true(pause === 0 || (pause >= FIRST_PAUSE_MS && pause <= LONGEST_PAUSE_MS));
      }
    }),
  );
});
