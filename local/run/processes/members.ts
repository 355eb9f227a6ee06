/** Which processes belong to children of the plane: group, session, whatever they forked, wherever that went. Pure. */
import { markerOf, type ProcessRow } from './table.ts';

/** What is known of one child of the plane; enough to find it again from another process. */
export interface KnownChild {
  readonly name: string;
  /** Pid, process group and session of the child, which is started as the leader of both. */
  readonly pid: number;
  /** From the process table at its start; null where it was gone before it could be read. */
  readonly start: string | null;
  /** Value of the marker in its environment: `<run id>.<n>`. */
  readonly marker: string;
}

export interface MemberOptions {
  /** The caller is the children's parent and a missing leader has only just ended, so its numbers are not reused. */
  readonly ownsGroups: boolean;
  /** What started before this has no marker of theirs (from the process table). Null: look at every process. */
  readonly since: string | null;
  /** Is this marker one of theirs? */
  readonly isOurs: (marker: string) => boolean;
  /** Reads a process's marker. Default: from /proc. */
  readonly readMarker?: (pid: number) => string | null;
}

/**
 * The children's processes in a table, by pid.
 *
 * Group and session numbers count only where they are provably a child's: its leader is there with the known start
 * time, or the caller owns the groups. Otherwise a reused number could name strangers, and only the marker counts.
 * Descendants of members are members.
 */
export function membersOf(
  children: readonly KnownChild[],
  table: readonly ProcessRow[],
  options: MemberOptions,
): ProcessRow[] {
  const read = options.readMarker ?? markerOf;
  const trusted = trustedGroups(children, table, options.ownsGroups);
  const sinceTicks = Number(options.since ?? 0);
  const found = new Set<ProcessRow>();
  for (const row of table) {
    const known = trusted.has(row.pid) || trusted.has(row.group) || trusted.has(row.session);
    if (known || (isNotOlder(row, sinceTicks) && isMarked(read(row.pid), options.isOurs))) found.add(row);
  }
  return withDescendants(found, table);
}

function trustedGroups(children: readonly KnownChild[], table: readonly ProcessRow[], ownsGroups: boolean) {
  const rows = new Map(table.map((row) => [row.pid, row]));
  const trusted = new Set<number>();
  for (const { pid, start } of children) {
    const row = rows.get(pid);
    const isLeader = row !== undefined && row.start === start;
    if (isLeader || (ownsGroups && (row === undefined || start === null))) trusted.add(pid);
  }
  return trusted;
}

/** What started before every child descends from none: saves reading most environments. NaN: the unit is no number. */
const isNotOlder = (row: ProcessRow, sinceTicks: number): boolean => !(Number(row.start) < sinceTicks);

const isMarked = (marker: string | null, isOurs: (marker: string) => boolean): boolean =>
  marker !== null && isOurs(marker);

function withDescendants(found: Set<ProcessRow>, table: readonly ProcessRow[]): ProcessRow[] {
  const pids = new Set([...found].map((row) => row.pid));
  for (let grew = pids.size > 0; grew; ) {
    grew = false;
    for (const row of table) {
      if (pids.has(row.pid) || !pids.has(row.ppid)) continue;
      pids.add(row.pid);
      found.add(row);
      grew = true;
    }
  }
  return [...found].sort((a, b) => a.pid - b.pid);
}
