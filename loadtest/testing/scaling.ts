/** What a rehearsal of scaling saw, for tests: 2 → 7 → 2 tasks, 1 → 2 → 1 instances, at 20 control seconds to one. */
import type { ScalingReading, ScalingRecord } from '../verdict/scaling-record.ts';

export const START_MS = 1_700_000_000_000;

const PHASES = [
  ['base', 2, 12, 0, 6],
  ['rise', 3, 65, 6, 15],
  ['peak', 8, 65, 15, 39],
  ['fall', 1, 12, 39, 42],
] as const;

const at = (second: number): number => START_MS + second * 1_000;

function reading(second: number, desired: number, running: number, instances = 1): ScalingReading {
  const services = {
    web: { desired, running, launchType: 'EC2' as const },
    other: { desired: 1, running: 1, launchType: 'FARGATE' as const },
  };
  return { atMs: at(second), services, instances, alarms: [] };
}

export function scaling(change: Partial<ScalingRecord> = {}): ScalingRecord & { readonly reading: typeof reading } {
  return {
    phases: PHASES.map(([name, minutes, ratePerSecond, from, to]) => ({
      ...{ name, minutes, ratePerSecond },
      ...{ startMs: at(from), endMs: at(to) },
    })),
    expected: { peakTasks: 6, peakInstances: 2, returnMinutes: 55 },
    readings: [
      reading(0, 2, 2),
      reading(17, 7, 2),
      reading(18, 7, 4),
      reading(20, 7, 7, 2),
      reading(82, 2, 7, 2),
      reading(84, 2, 2, 2),
      reading(120, 2, 2),
    ],
    ports: [1, 2, 3].map((n) => ({
      ...{ taskArn: `task/${n}`, service: 'web', instanceId: 'i-a', hostPort: 40_000 + n },
      ...{ firstMs: at(0), lastMs: at(84) },
    })),
    returnedAtMs: at(120),
    ...change,
    reading,
  };
}
