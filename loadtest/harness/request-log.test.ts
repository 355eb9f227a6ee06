import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { forumLoad } from '../testing/records.ts';
import { packRequests, requestsOf } from '../verdict/forum-record.ts';
import { LineTail } from './line-tail.ts';
import { RequestLog } from './request-log.ts';

const sent = (n: number): string => JSON.stringify(['s', n, '/api', 1_000 + n]);
const ended = (n: number): string => JSON.stringify(['e', n, 1_010 + n, 200, 2.5, null, 'users/latest', null]);

test('a request is in flight from its first line to its last; other lines mean nothing', (t) => {
  const log = new RequestLog();
  for (const line of [sent(1), 'noise', '{"o":"s"}', '[]', 'null', sent(2), ended(2), ended(9)]) log.take(line);
  t.is(log.sent, 2);
  t.is(log.inFlight, 1);
  const [first, second] = log.requests();
  t.is(first?.status, null);
  t.deepEqual(second, {
    path: '/api',
    sentAtMs: 1_002,
    endedAtMs: 1_012,
    latencyMs: 2.5,
    status: 200,
    failedCheck: null,
    version: 'users/latest',
    error: null,
  });
});

test('an end that is told twice counts once', (t) => {
  const log = new RequestLog();
  for (const line of [sent(1), ended(1), ended(1)]) log.take(line);
  t.is(log.inFlight, 0);
});

test('lines are whole, however they are written', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-tail-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'lines');
  const lines: string[] = [];
  const tail = new LineTail(file, (line) => lines.push(line));
  await tail.read();
  t.deepEqual(lines, [], 'a file that is not there yet is empty');
  await writeFile(file, 'one\ntw');
  await tail.read();
  t.deepEqual(lines, ['one']);
  await appendFile(file, 'o\nthree\n');
  await tail.read();
  await tail.read();
  t.deepEqual(lines, ['one', 'two', 'three']);
  await tail.close();
});

test('a record names what repeats once, and gives it back as it was', (t) => {
  const log = new RequestLog();
  for (const line of [sent(1), ended(1), sent(2), ended(2), sent(3)]) log.take(line);
  const packed = packRequests(log.requests(), 1_000);
  t.deepEqual(packed.versions, ['users/latest']);
  t.deepEqual(packed.paths, ['/api']);
  const load = { ...forumLoad([]), requests: JSON.parse(JSON.stringify(packed)) };
  t.deepEqual(requestsOf(load), log.requests());
});
