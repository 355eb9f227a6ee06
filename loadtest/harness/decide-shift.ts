/** Where is a blue/green deployment on its way? Pure. */
import type { ShiftReading } from '../verdict/blue-green-record.ts';

/** What has been seen of a deployment. */
export interface Seen {
  readonly readings: readonly ShiftReading[];
}

const ENDED_BADLY = ['Failed', 'Stopped'];

/**
 * Over: succeeded, with blue gone where it is not kept for good; or failed or stopped, with its roll-back ended, no
 * traffic and no task left to the new version.
 */
export function isOver({ readings }: Seen, waitsForBlue: boolean): boolean {
  const now = readings.at(-1);
  if (!now) return false;
  if (now.status === 'Succeeded') return !waitsForBlue || now.blueTasks === 0;
  if (!ENDED_BADLY.includes(now.status)) return false;
  if (now.rollbackStatus !== null && now.rollbackStatus !== 'Succeeded' && !ENDED_BADLY.includes(now.rollbackStatus)) {
    return false;
  }
  return now.greenPercent === 0 && now.greenTasks === 0;
}

/** True from when the new version has some of the traffic. */
export function mayFault({ readings }: Seen): boolean {
  return (readings.at(-1)?.greenPercent ?? 0) > 0;
}
