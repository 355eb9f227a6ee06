import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../services/kit/src/testing/code-point.ts';
import { createManualClock } from '../clock.ts';
import type { LogLimits } from './group.ts';
import { createLogStore } from './logs.ts';
import { decodeRecord, encodeRecord } from './record.ts';

async function create(t: ExecutionContext, limits: Partial<LogLimits> = {}) {
  const parent = await mkdtemp(join(tmpdir(), 'cutover-test-'));
  const dir = join(parent, 'logs');
  const clock = createManualClock();
  const warnings: string[] = [];
  const open = () => createLogStore({ clock, dir, limits, onWarn: (message) => warnings.push(message) });
  const logs = open();
  t.teardown(async () => {
    await logs.close();
    await rm(parent, { recursive: true, force: true });
  });
  return { logs, clock, dir, warnings, open };
}

const tiny: Partial<LogLimits> = { groupMemoryBytes: 600, batchBytes: 200, segmentBytes: 1_000 };
const messages = (records: readonly { message: string }[]): string[] => records.map((one) => one.message);
function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('appends to groups and streams; reads by stream, time and substring', async (t) => {
  const { logs, clock } = await create(t);
  logs.putGroup('/ecs/shop', 7);
  const start = clock.now();
  for (let i = 0; i < 10; i++) {
    logs.append('/ecs/shop', i % 2 ? 'odd' : 'even', `line ${i}`);
    await clock.advance(1_000);
  }
  logs.append('/ecs/shop', 'even', '');
  t.is(logs.read({ group: '/ecs/shop' }).length, 10, 'an empty line is no event');
  t.deepEqual(messages(logs.read({ group: '/ecs/shop', stream: 'odd', limit: 2 })), ['line 1', 'line 3']);
  const range = { startMs: start + 2_000, endMs: start + 4_000 };
  t.deepEqual(messages(logs.read({ group: '/ecs/shop', ...range })), ['line 2', 'line 3', 'line 4']);
  t.deepEqual(messages(logs.read({ group: '/ecs/shop', contains: '7' })), ['line 7']);
  t.deepEqual(logs.read({ group: '/ecs/shop', limit: 0 }), []);
  t.deepEqual(logs.streams('/ecs/shop'), [
    { name: 'even', createdMs: start, firstMs: start, lastMs: start + 8_000 },
    { name: 'odd', createdMs: start + 1_000, firstMs: start + 1_000, lastMs: start + 9_000 },
  ]);
  const [group] = logs.groups();
  t.deepEqual(group, { name: '/ecs/shop', retentionDays: 7, createdMs: start, storedBytes: 10 * (6 + 26) });
});

test('pages by sequence number, across groups in order of arrival', async (t) => {
  const { logs } = await create(t);
  logs.putGroup('a', 0);
  logs.putGroup('b', 0);
  for (let i = 0; i < 6; i++) logs.append(i % 2 ? 'b' : 'a', 's', String(i));
  const first = logs.read({ group: 'a', limit: 2 });
  t.deepEqual(
    first.map((one) => one.seq),
    [1, 3],
  );
  t.deepEqual(messages(logs.read({ group: 'a', afterSeq: first.at(-1)!.seq })), ['4']);
});

test('what left memory is read from disk: same records, any query', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('s1', 's2'), fc.string({ unit: codePoint, minLength: 1, maxLength: 60 })), {
        maxLength: 150,
      }),
      fc.integer({ min: 0, max: 160 }),
      fc.integer({ min: 1, max: 80 }),
      async (lines, afterSeq, limit) => {
        const { logs, clock } = await create(t, tiny);
        logs.putGroup('g', 0);
        const expected: { seq: number; stream: string; timestampMs: number; message: string }[] = [];
        for (const [index, [stream, message]] of lines.entries()) {
          logs.append('g', stream, message);
          expected.push({ seq: index + 1, stream, timestampMs: clock.now(), message });
        }
        t.deepEqual(logs.read({ group: 'g' }), expected);
        t.deepEqual(
          logs.read({ group: 'g', stream: 's1', afterSeq, limit }),
          expected.filter((one) => one.seq > afterSeq && one.stream === 's1').slice(0, limit),
        );
        const bytes = expected.reduce((sum, one) => sum + Buffer.byteLength(one.message) + 26, 0);
        t.is(logs.groups()[0]?.storedBytes, bytes);
        await logs.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a line of a record reads back as it was', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), (text) => {
      const message = text.toWellFormed();
      const record = { seq: 3, stream: 'p/c/id', timestampMs: 1.25, message, bytes: Buffer.byteLength(message) + 26 };
      const line = encodeRecord(record);
      t.is(line.indexOf('\n'), line.length - 1);
      t.deepEqual(decodeRecord(line.slice(0, -1)), record);
    }),
  );
});

test('disk is bounded: the oldest segments go first', async (t) => {
  const { logs, dir } = await create(t, { ...tiny, groupDiskBytes: 3_000 });
  logs.putGroup('g', 0);
  for (let i = 0; i < 500; i++) logs.append('g', 's', `record number ${i}`);
  const kept = messages(logs.read({ group: 'g' }));
  t.is(kept.at(-1), 'record number 499');
  t.true(kept.length < 200 && kept.length > 20, String(kept.length));
  const bytes = filesBelow(dir).reduce((sum, file) => sum + readFileSync(file).length, 0);
  t.true(bytes <= 4_500, String(bytes));
  const index = 500 - kept.length;
  t.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, i) => `record number ${index + i}`),
    'no gap',
  );
});

test('retention drops what is older, in control time', async (t) => {
  const { logs, clock } = await create(t, tiny);
  logs.putGroup('g', 1);
  for (let i = 0; i < 100; i++) logs.append('g', 's', `old record ${i}`);
  await clock.advance(86_400_000);
  logs.append('g', 's', 'new');
  await clock.advance(7_200_000);
  const kept = messages(logs.read({ group: 'g' }));
  t.is(kept.at(-1), 'new');
  t.true(kept.length < 30, `whole segments go: ${kept.length}`);
  logs.putGroup('g', 0);
  await clock.advance(400 * 86_400_000);
  t.is(logs.read({ group: 'g' }).at(-1)?.message, 'new', 'no retention: kept for good');
});

test('records reach the disk within a quarter of a second, and at close', async (t) => {
  const { logs, clock, dir } = await create(t);
  logs.putGroup('g', 0);
  logs.append('g', 's', 'first');
  t.deepEqual(filesBelow(dir), []);
  await clock.advance(250);
  t.regex(readFileSync(filesBelow(dir)[0]!, 'utf8'), /\tfirst\n$/);
  logs.append('g', 's', 'second');
  await logs.close();
  t.regex(readFileSync(filesBelow(dir)[0]!, 'utf8'), /\tsecond\n$/);
  logs.append('g', 's', 'after the end');
});

test('a new store begins empty and keeps the last run beside it', async (t) => {
  const { logs, dir, open } = await create(t);
  logs.putGroup('g', 0);
  logs.append('g', 's', 'crashed');
  await logs.close();
  const next = open();
  t.deepEqual(next.groups(), []);
  t.regex(readFileSync(filesBelow(`${dir}.previous`)[0]!, 'utf8'), /crashed/);
  await next.close();
});

test('a missing group and an impossible stream are refused by AWS names', async (t) => {
  const { logs } = await create(t);
  t.is(t.throws(() => logs.append('no', 's', 'x'))?.name, 'ResourceNotFoundException');
  t.is(t.throws(() => logs.read({ group: 'no' }))?.name, 'ResourceNotFoundException');
  logs.putGroup('g', 0);
  for (const stream of ['', 'a:b', 'a*', 'a\tb', 'a\nb', 'x'.repeat(513)])
    t.is(t.throws(() => logs.append('g', stream, 'x'))?.name, 'InvalidParameterException');
  logs.removeGroup('g');
  logs.removeGroup('g');
  t.is(t.throws(() => logs.streams('g'))?.name, 'ResourceNotFoundException');
});

test('group names that differ only in odd characters do not meet on disk', async (t) => {
  const { logs } = await create(t, tiny);
  for (const name of ['/a/b', '/a-b', 'a/b', '../../a/b', '.', '..']) logs.putGroup(name, 0);
  for (const { name } of logs.groups()) for (let i = 0; i < 60; i++) logs.append(name, 's', `${name} ${i}`);
  for (const { name } of logs.groups())
    t.true(logs.read({ group: name }).every((one) => one.message.startsWith(`${name} `)));
});

test('subscribers hear each record until they leave', async (t) => {
  const { logs } = await create(t);
  logs.putGroup('g', 0);
  const heard: string[] = [];
  const leave = logs.subscribe((group, stream, record) => heard.push(`${group} ${stream} ${record.message}`));
  logs.append('g', 's', 'one');
  leave();
  logs.append('g', 's', 'two');
  t.deepEqual(heard, ['g s one']);
});

test('where the disk refuses, memory stays bounded and it is said once', async (t) => {
  const { logs, dir, warnings } = await create(t, tiny);
  await rm(dir, { recursive: true });
  writeFileSync(dir, 'a file where the folder was');
  logs.putGroup('g', 0);
  for (let i = 0; i < 1_000; i++) logs.append('g', 's', `record ${i}`);
  const kept = messages(logs.read({ group: 'g' }));
  t.is(kept.at(-1), 'record 999');
  t.true(kept.length < 40, String(kept.length));
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /log group g is kept in memory only/);
});

test('streams that are listed are bounded', async (t) => {
  const { logs, clock } = await create(t, { groupStreams: 3 });
  logs.putGroup('g', 0);
  for (const stream of ['a', 'b', 'c', 'a', 'd']) {
    logs.append('g', stream, 'x');
    await clock.advance(1);
  }
  t.deepEqual(
    logs.streams('g').map((one) => one.name),
    ['a', 'c', 'd'],
  );
});

test('at least 20,000 lines a second', async (t) => {
  const { logs } = await create(t);
  logs.putGroup('g', 0);
  const line = JSON.stringify({ level: 30, event: 'order.fulfilled', messageId: 'x'.repeat(36), pad: 'y'.repeat(100) });
  const started = process.cpuUsage();
  for (let i = 0; i < 40_000; i++) logs.append('g', `s/${i % 20}`, line);
  const used = process.cpuUsage(started);
  const cpuSeconds = (used.user + used.system) / 1e6;
  t.log(`${Math.round(40_000 / cpuSeconds)} lines per CPU second`);
  t.true(cpuSeconds < 2, `${cpuSeconds} s of CPU for 40,000 lines`);
  t.is(logs.read({ group: 'g', limit: 50_000 }).length, 40_000);
});
