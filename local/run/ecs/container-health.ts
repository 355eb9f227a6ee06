/** A container's own health check: its command, run as a process beside it (ECS healthcheck). */
import type { ContainerDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { ProcessRunner } from '../contracts.ts';
import type { Container } from './task.ts';

export interface HealthWatch {
  readonly definition: ContainerDefinition;
  readonly container: Container;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly processes: ProcessRunner;
  alive(): boolean;
  onChange(): void;
}

export function watchHealth(watch: HealthWatch): void {
  const check = watch.definition.healthCheck;
  if (!check) return;
  const [program, ...args] = commandOf(check.command);
  if (!program) return;
  const startedMs = watch.clock.now();
  let failures = 0;
  const tick = (): void => {
    watch.clock.after(check.intervalSeconds * 1000, () => {
      if (!watch.alive() || watch.container.lastStatus !== 'RUNNING') return;
      void probe(watch, program, args, check.timeoutSeconds).then((ok) => {
        const grace = watch.clock.now() - startedMs < check.startPeriodSeconds * 1000;
        failures = ok ? 0 : grace ? failures : failures + 1;
        const health = ok ? 'HEALTHY' : failures >= check.retries ? 'UNHEALTHY' : watch.container.health;
        if (health !== watch.container.health) {
          watch.container.health = health;
          watch.onChange();
        }
        tick();
      });
    });
  };
  tick();
}

/** `["CMD-SHELL", "…"]`, `["CMD", "program", …]`, or a bare list, which is CMD. */
function commandOf(command: readonly string[]): readonly string[] {
  const [kind, ...rest] = command;
  if (kind === 'NONE') return [];
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', rest.join(' ')];
  return kind === 'CMD' ? rest : command;
}

async function probe(
  watch: HealthWatch,
  program: string,
  args: readonly string[],
  timeoutSeconds: number,
): Promise<boolean> {
  const handle = watch.processes.start({
    name: `${watch.definition.name} health check`,
    command: program,
    args,
    env: watch.env,
    cwd: watch.cwd,
    onLine: () => undefined,
  });
  const cancel = watch.clock.after(timeoutSeconds * 1000, () => void handle.stop(0));
  const exit = await handle.exited;
  cancel();
  return exit.reason === 'exited' && exit.code === 0;
}
