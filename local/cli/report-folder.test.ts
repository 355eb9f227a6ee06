import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { CutoverError } from '../errors.ts';
import { checkReportFolder } from './report-folder.ts';

test('a folder that is there, or can be made, will do; nothing is made yet', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-reports-'));
  t.teardown(() => rm(dir, { recursive: true }));
  await checkReportFolder(dir);
  await checkReportFolder(join(dir, 'a', 'b'));
  t.deepEqual(await readdir(dir), []);
});

test('a file, a place below a file, and a folder that may not be written to are refused by name', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-reports-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const file = join(dir, 'file');
  await writeFile(file, '');
  const closed = join(dir, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o555);
  // Root may write anywhere.
  const refused = [file, join(file, 'x'), ...(process.getuid?.() === 0 ? [] : [closed])];
  for (const path of refused) {
    const error = await t.throwsAsync(checkReportFolder(path), { instanceOf: CutoverError }, path);
    t.like(error.problems[0], { code: 'STATE_UNWRITABLE', address: '--report', value: path });
    t.is(error.exitCode, 4);
  }
});
