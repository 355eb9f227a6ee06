import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import test from 'ava';
import { firstMessage } from './first-message.ts';

const starting = (connected: boolean) => Object.assign(new EventEmitter(), { connected });
const REFUSED = { type: 'failed', problems: [{ code: 'PORT_IN_USE', message: 'taken' }] };

test('an end that is seen before the last message hides it not', async (t) => {
  const child = starting(true);
  const first = firstMessage(child as unknown as ChildProcess);
  child.emit('exit', 1, null);
  child.emit('message', REFUSED);
  child.emit('disconnect');
  t.deepEqual<unknown, unknown>(await first, REFUSED);
});

for (const [what, connected, events] of [
  ['killed', true, [['exit', null, 'SIGKILL'], ['disconnect']]],
  ['ended, its channel closed before', false, [['exit', 13, null]]],
  ['not started', false, [['error', new Error('ENOENT')]]],
] as const)
  test(`${what}, without a word: a failure that says how`, async (t) => {
    const child = starting(connected);
    const first = firstMessage(child as unknown as ChildProcess);
    for (const [name, ...rest] of events) child.emit(name, ...rest);
    const told = await first;
    t.is(told.type, 'failed');
    t.regex(told.type === 'failed' ? (told.problems[0]?.message ?? '') : '', /SIGKILL|13|ENOENT/);
  });
