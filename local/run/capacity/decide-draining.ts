/**
 * Tasks on draining instances, decided: what stops now, and how many replacements may start first. Pure.
 * (ECS container-instance-draining)
 */
import { lowerLimit, upperLimit } from '../deployer/decide-deployment.ts';

export interface DrainingTask {
  readonly id: string;
  readonly phase: 'starting' | 'running';
  readonly healthy: boolean;
}

export interface DrainingInput {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** The service's tasks that are not stopping, on instances that drain … */
  readonly onDraining: readonly DrainingTask[];
  /** … and elsewhere. */
  readonly elsewhere: readonly DrainingTask[];
}

export interface Draining {
  readonly stop: readonly string[];
  /** Replacements to start elsewhere now. */
  readonly start: number;
}

/**
 * Starting tasks stop at once. Running ones stop as far as minimumHealthyPercent leaves healthy tasks over; where it is
 * 100, replacements come first, as far as maximumPercent leaves room. RunTask's tasks are not moved: they run to their end.
 */
export function decideDraining(input: DrainingInput): Draining {
  const { desiredCount, onDraining, elsewhere } = input;
  const least = lowerLimit(desiredCount, input.minimumHealthyPercent);
  const starting = onDraining.filter((t) => t.phase === 'starting');
  const running = onDraining.filter((t) => t.phase === 'running');
  let spare = [...running, ...elsewhere].filter((t) => t.healthy).length - least;
  const going = running.filter((task) => {
    if (!task.healthy) return true;
    spare -= 1;
    return spare >= 0;
  });
  const staying = running.length - going.length + elsewhere.length;
  const most = Math.max(desiredCount, upperLimit(desiredCount, input.maximumPercent));
  const missing = desiredCount - elsewhere.length;
  return {
    stop: [...starting, ...going].map((t) => t.id),
    start: Math.max(0, Math.min(missing, most - staying)),
  };
}
