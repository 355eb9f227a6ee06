import test from 'ava';
import { CutoverError } from '../errors.ts';
import { measuredBoots } from './measured.ts';

const event = (code: string, target: string, second: number, subject = 'api-tg') => ({
  id: second,
  at: '2026-01-01T00:00:00.000Z',
  wallAt: new Date(1_000_000 + second * 1000).toISOString(),
  subject,
  code,
  message: `target ${target} is as it is`,
});

const lines = (...events: object[]): string => events.map((e) => JSON.stringify(e)).join('\n');

test('the longest way from registration to the first passed check, by target group', (t) => {
  const text = lines(
    event('TARGET_REGISTERED', '10.0.0.1:3000', 0),
    event('TARGET_REGISTERED', '10.0.0.2:3000', 1),
    event('TARGET_REGISTERED', 'i-1:32768', 2, 'orders-tg'),
    event('TARGET_HEALTHY', '10.0.0.1:3000', 4),
    event('TARGET_HEALTHY', 'i-1:32768', 5, 'orders-tg'),
    event('TARGET_HEALTHY', '10.0.0.2:3000', 9),
  );
  t.deepEqual(measuredBoots(text, 'events'), { 'api-tg': 8, 'orders-tg': 3 });
});

test('healthy again is no boot, and a target that never was is none either', (t) => {
  const text = lines(
    event('TARGET_REGISTERED', '10.0.0.1:3000', 0),
    event('TARGET_HEALTHY', '10.0.0.1:3000', 2),
    event('TARGET_UNHEALTHY', '10.0.0.1:3000', 10),
    event('TARGET_HEALTHY', '10.0.0.1:3000', 60),
    event('TARGET_REGISTERED', '10.0.0.2:3000', 70),
  );
  t.deepEqual(measuredBoots(text, 'events'), { 'api-tg': 2 });
});

test('a rehearsal’s record', (t) => {
  const events = [
    { atMs: 1000, subject: 'api-tg', code: 'TARGET_REGISTERED', message: 'target x:1 registered', level: 'info' },
    { atMs: 2500, subject: 'api-tg', code: 'TARGET_HEALTHY', message: 'target x:1 is healthy', level: 'info' },
  ];
  t.deepEqual(measuredBoots(JSON.stringify({ version: 2, events }, null, 2), 'record.json'), { 'api-tg': 2 });
});

test('anything else is refused', (t) => {
  for (const text of ['', 'hello', '{}', '[1, 2]', '{"code":"x"}\nnot JSON'])
    t.is(t.throws(() => measuredBoots(text, 'file'), { instanceOf: CutoverError })?.code, 'INVALID_CONFIG', text);
});
