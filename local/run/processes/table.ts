/** What runs on this machine, read from /proc (from `ps` where there is no /proc). Owns reading; kills nothing. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  /** Process group. */
  readonly group: number;
  readonly session: number;
  /** When it started, in the system's own unit: with the pid it names a process for good, a reused pid differs. */
  readonly start: string;
  /** CPU ticks of the process and of the children it has waited for. */
  readonly cpuTicks: number;
  readonly rssPages: number;
}

/** The environment variable that every child of a plane carries, and with it whatever the child forks. */
export const MARKER = 'CUTOVER_PROCESS';

/** All live processes; zombies are left out, they only wait to be counted. */
export function processTable(): readonly ProcessRow[] {
  return process.platform === 'linux' ? procTable() : psTable();
}

/** @returns null where the process is gone, or a zombie */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') return readRow(pid)?.start ?? null;
  return psTable(pid)[0]?.start ?? null;
}

/** The marker in the process's environment at its exec; null where there is none, or it is not ours to read. Linux. */
export function markerOf(pid: number): string | null {
  try {
    // latin1 keeps bytes as they are: environments need not be UTF-8.
    const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
    const at = environment.indexOf(`\0${MARKER}=`);
    if (at === -1) return null;
    const from = at + MARKER.length + 2;
    const end = environment.indexOf('\0', from);
    return environment.slice(from, end === -1 ? undefined : end);
  } catch {
    return null;
  }
}

function procTable(): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first < 49 || first > 57) continue;
    const row = readRow(Number(name));
    if (row) rows.push(row);
  }
  return rows;
}

/** Fields of /proc/<pid>/stat after the name, which may itself hold spaces and brackets: proc_pid_stat(5). */
function readRow(pid: number): ProcessRow | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (f[0] === 'Z' || f[0] === 'X') return null;
  return {
    pid,
    ppid: Number(f[1]),
    group: Number(f[2]),
    session: Number(f[3]),
    start: f[19] ?? '',
    cpuTicks: Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14]),
    rssPages: Number(f[21]),
  };
}

/** Without /proc there is neither session on every system nor usage: the group stands for the session. */
export function psTable(pid?: number): ProcessRow[] {
  const which = pid === undefined ? ['-ax'] : ['-p', String(pid)];
  let text: string;
  try {
    text = execFileSync('ps', [...which, '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      maxBuffer: 16 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch {
    return []; // `ps -p` of a process that is gone exits with 1
  }
  return text.split('\n').flatMap((line) => {
    const [, p, ppid, group, stat, start] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (!p || stat?.startsWith('Z')) return [];
    const row = { pid: Number(p), ppid: Number(ppid), group: Number(group), session: Number(group) };
    return [{ ...row, start: start ?? '', cpuTicks: 0, rssPages: 0 }];
  });
}
