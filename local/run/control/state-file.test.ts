/** The record by which commands find the plane, and what a disk that does not take it looks like. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CutoverError } from '../../errors.ts';
import { startOf } from '../processes/table.ts';
import {
  asDiskError,
  ifAlive,
  isAlive,
  isDamaged,
  type PlaneRecord,
  readLiving,
  readRecord,
  writeRecord,
} from './state-file.ts';

const record: PlaneRecord = {
  version: 1,
  pid: process.pid,
  startTicks: startOf(process.pid),
  portBase: 4566,
  clockRate: 1,
  token: 'secret',
  endpoint: 'http://127.0.0.1:4566',
  stage: null,
  dir: null,
  startedAt: '2026-01-01T00:00:00.000Z',
};

async function folder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-state-file-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('a record is read as it was written', async (t) => {
  const dir = await folder(t);
  t.is(await readRecord(dir), null);
  await writeRecord(dir, record);
  t.deepEqual(await readRecord(dir), record);
});

for (const text of ['', '{"version":1,', 'null', '[]', '{"version":2,"pid":1}', '{"version":1,"pid":"1"}']) {
  test(`no record: ${text || 'an empty file'}`, async (t) => {
    const dir = await folder(t);
    await writeFile(join(dir, 'plane.json'), text);
    t.is(await readRecord(dir), null);
  });
}

test('alive is the same process, not the same pid', async (t) => {
  t.true(await isAlive(record));
  t.false(await isAlive({ ...record, startTicks: '1' }), 'a reused pid');
  t.false(await isAlive({ ...record, pid: 2 ** 22 + 1 }), 'nobody');
  t.true(await isAlive({ ...record, startTicks: null }), 'nothing else is known');
  t.false(await isAlive({ ...record, startTicks: null, pid: 2 ** 22 + 1 }), 'nobody');
});

const thrown = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: text`), { code, ...(path ? { path } : {}) });

test('a full, read-only or forbidden disk is the machine’s; every other error is passed on', (t) => {
  for (const error of [thrown('ENOSPC'), thrown('EROFS', '/state/a'), thrown('EACCES', '/state')]) {
    const told = asDiskError(error, '/state');
    t.true(told instanceof CutoverError);
    t.like((told as CutoverError).problems[0], { code: 'STATE_UNWRITABLE', address: '/state' });
  }
  for (const error of [thrown('EACCES', '/other/file'), thrown('ENOENT', '/state/a'), 'text', null])
    t.is(asDiskError(error, '/state'), error);
});

test('a record is of a living plane, of a dead one, or is none', async (t) => {
  const dir = await folder(t);
  t.is(await readLiving(dir), null);
  await writeRecord(dir, record);
  t.deepEqual(await readLiving(dir), record);
  const dead = { ...record, startTicks: '1' };
  await writeRecord(dir, dead);
  t.is(await readLiving(dir), null);
  t.is(await ifAlive(dead), null);
  t.deepEqual(await readRecord(dir), dead);
});

test('a record that is cut off, or of another version, is damaged; none is not', async (t) => {
  const dir = await folder(t);
  t.false(await isDamaged(dir));
  await writeRecord(dir, record);
  t.false(await isDamaged(dir));
  for (const text of ['{"version":1,"pi', '', JSON.stringify({ ...record, version: 2 })]) {
    await writeFile(join(dir, 'plane.json'), text);
    t.true(await isDamaged(dir), text);
  }
});
