/** Days of traffic as data: the share of the peak over the share of the run. Between points, straight lines. */
import { PROFILES, type Profile } from '../../loadtest/profiles.ts';

export interface LoadShape {
  readonly name: string;
  readonly summary: string;
  /** [share of the run 0–1, share of the peak 0–1], ascending. */
  readonly points: readonly (readonly [at: number, share: number])[];
}

const hours = (shares: readonly number[]): [number, number][] =>
  shares.map((share, i) => [i / (shares.length - 1), share]);
/** The same curve, `count` times in a row. */
const repeat = (count: number, points: readonly (readonly [number, number])[]): [number, number][] =>
  Array.from({ length: count }, (_, i) =>
    points.map(([at, share]): [number, number] => [(i + at) / count, share]),
  ).flat();

export const SHAPES: Readonly<Record<string, LoadShape>> = {
  day: {
    name: 'day',
    summary: 'a working day: quiet at night, two humps, the peak in the evening (an assumption, not a measurement)',
    points: hours([
      0.4, 0.3, 0.24, 0.21, 0.2, 0.22, 0.3, 0.45, 0.64, 0.8, 0.88, 0.92, 0.9, 0.86, 0.88, 0.9, 0.9, 0.88, 0.9, 0.97, 1,
      0.9, 0.7, 0.5, 0.4,
    ]),
  },
  ramp: {
    name: 'ramp',
    summary: 'a tenth, up to the peak by half-time, held, and back',
    points: [
      [0, 0.1],
      [0.1, 0.1],
      [0.5, 1],
      [0.7, 1],
      [0.9, 0.1],
      [1, 0.1],
    ],
  },
  spike: {
    name: 'spike',
    summary: 'a fifth of the peak, and the whole of it at once for a twelfth of the run',
    points: [
      [0, 0.2],
      [0.5, 0.2],
      [0.503, 1],
      [0.586, 1],
      [0.589, 0.2],
      [1, 0.2],
    ],
  },
  soak: {
    name: 'soak',
    summary: 'the peak throughout',
    points: [
      [0, 1],
      [1, 1],
    ],
  },
  sawtooth: {
    name: 'sawtooth',
    summary: 'up to the peak and down at once, six times',
    points: repeat(6, [
      [0, 0.2],
      [0.95, 1],
      [0.999, 0.2],
    ]),
  },
};

/** A load profile of the rehearsals, stretched over the run. */
function shapeOf(profile: Profile): LoadShape {
  const peak = Math.max(profile.ratePerSecond, ...profile.steps.map((s) => s.ratePerSecond));
  const total = profile.steps.reduce((sum, step) => sum + step.seconds, 0);
  let at = 0;
  const points = profile.steps.map((step): [number, number] => {
    at += step.seconds;
    return [at / total, step.ratePerSecond / peak];
  });
  return { name: profile.name, summary: profile.summary, points: [[0, profile.ratePerSecond / peak], ...points] };
}

/** Own shapes first, then the load profiles of the rehearsals. */
export const shapeNames = (): string[] => [...new Set([...Object.keys(SHAPES), ...Object.keys(PROFILES)])];

/** @returns null where there is no such profile */
export function findShape(name: string): LoadShape | null {
  if (Object.hasOwn(SHAPES, name)) return SHAPES[name] ?? null;
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  return profile ? shapeOf(profile) : null;
}

/** Share of the peak at a share of the run. */
export function shareAt({ points }: LoadShape, at: number): number {
  let previous = points[0] ?? [0, 1];
  for (const point of points) {
    if (point[0] >= at) {
      const span = point[0] - previous[0];
      return span === 0 ? point[1] : previous[1] + ((point[1] - previous[1]) * (at - previous[0])) / span;
    }
    previous = point;
  }
  return previous[1];
}
