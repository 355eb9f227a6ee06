import test from 'ava';
import { membersOf } from './members.ts';
import { type ProcessRow, processTable, psTable } from './table.ts';
import { systemConstants } from './usage.ts';

const row = (pid: number, change: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  ppid: 1,
  group: pid,
  session: pid,
  start: '100',
  cpuTicks: 0,
  rssPages: 0,
  ...change,
});
const child = { name: 'c', pid: 50, start: '100', marker: 'run.1' };
const pids = (rows: readonly ProcessRow[]): number[] => rows.map((one) => one.pid);
const options = { ownsGroups: false, since: '100', isOurs: (m: string) => m === 'run.1', readMarker: () => null };

test('group, session and descendants of a proven leader', (t) => {
  const table = [
    row(50),
    row(51, { group: 50 }),
    row(52, { session: 50 }),
    row(53, { ppid: 52 }),
    row(54, { ppid: 53 }),
    row(60),
  ];
  t.deepEqual(pids(membersOf([child], table, options)), [50, 51, 52, 53, 54]);
});

test('a reused number is a stranger, also to the parent', (t) => {
  const table = [row(50, { start: '999' }), row(51, { group: 50, start: '999' })];
  t.deepEqual(pids(membersOf([child], table, options)), []);
  t.deepEqual(pids(membersOf([child], table, { ...options, ownsGroups: true })), []);
});

test('without its leader a group is trusted by the parent only', (t) => {
  const table = [row(51, { group: 50 })];
  t.deepEqual(pids(membersOf([child], table, options)), []);
  t.deepEqual(pids(membersOf([child], table, { ...options, ownsGroups: true })), [51]);
});

test('the marker finds who left group and session; what is older is not asked', (t) => {
  const asked: number[] = [];
  const readMarker = (pid: number): string => {
    asked.push(pid);
    return pid === 70 ? 'run.1' : 'run.11';
  };
  const table = [row(10, { start: '99' }), row(70, { start: '1000' }), row(71, { start: '1000' })];
  t.deepEqual(pids(membersOf([child], table, { ...options, readMarker })), [70]);
  t.deepEqual(asked, [70, 71]);
});

test('both ways of reading the process table know this process', (t) => {
  for (const table of [processTable(), psTable()]) {
    const own = table.find((one) => one.pid === process.pid);
    t.is(own?.ppid, process.ppid);
    t.truthy(own?.start);
  }
  t.deepEqual(psTable(2 ** 22 + 1), []);
  t.true(systemConstants().pageBytes >= 4096 && systemConstants().ticksPerSecond >= 100);
});
