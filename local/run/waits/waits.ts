/**
 * `terraform_data` whose local-exec provisioner waits for AWS: apply waits as the AWS CLI's waiter would.
 * The command itself is never run; what it waits for is read from the controllers.
 */
import { CutoverError } from '../../errors.ts';
import type { CommandWait } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type EcsView, type ResourceHandler, type TargetRegistry } from '../contracts.ts';
import { decideServicesStable, decideTargetInService, type WaitVerdict } from './decide-wait.ts';

/** The CLI asks 40 times, 15 s apart (aws elbv2 wait target-in-service, aws ecs wait services-stable). */
export const WAIT_LIMIT_MS = 600_000;
/** Looked at each second of control time: at most 15 s sooner than the CLI would see it (≈). */
const LOOK_EVERY_MS = 1000;

export interface CommandWaitsOptions {
  readonly clock: Clock;
  readonly registry: Pick<TargetRegistry, 'health'>;
  readonly ecs: Pick<EcsView, 'services'>;
}

export interface CommandWaits {
  readonly handler: ResourceHandler<CommandWait>;
}

export function createCommandWaits(options: CommandWaitsOptions): CommandWaits {
  const { clock } = options;

  async function until(resource: CommandWait, signal: AbortSignal): Promise<void> {
    const endsAtMs = clock.now() + WAIT_LIMIT_MS;
    for (;;) {
      signal.throwIfAborted();
      const verdict = verdictOf(resource.wait, options);
      if (verdict.kind === 'met') return;
      if (verdict.kind === 'impossible' || clock.now() >= endsAtMs) throw failed(resource, verdict);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  return {
    handler: {
      async put(next, previous, signal) {
        // A provisioner runs when its resource is made: an update in place does not run it again.
        if (previous === null || isReplaced(previous, next)) await until(next, signal);
      },
      remove: () => undefined,
    },
  };
}

/** `triggers_replace` makes Terraform destroy and create the resource, its provisioner included. */
function isReplaced(previous: CommandWait, next: CommandWait): boolean {
  const trigger = (wait: CommandWait): string => JSON.stringify(wait.attributes['triggers_replace'] ?? null);
  return trigger(previous) !== trigger(next);
}

function verdictOf(wait: CommandWait['wait'], { registry, ecs }: CommandWaitsOptions): WaitVerdict {
  if (wait.kind === 'target-in-service') return decideTargetInService(healthOf(registry, wait.targetGroupArn));
  const inCluster = ecs.services().filter((one) => one.definition.clusterName === wait.clusterName);
  return decideServicesStable(
    wait.serviceNames.map((name) => ({
      name,
      service: inCluster.find((one) => one.definition.name === name && one.status !== 'INACTIVE') ?? null,
    })),
  );
}

/** A target group that is not there yet has no targets: the waiter keeps asking. */
function healthOf(registry: Pick<TargetRegistry, 'health'>, arn: string): ReturnType<TargetRegistry['health']> {
  try {
    return registry.health(arn);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

function failed(resource: CommandWait, verdict: Exclude<WaitVerdict, { kind: 'met' }>): CutoverError {
  const { wait } = resource;
  const what =
    wait.kind === 'target-in-service'
      ? `aws elbv2 wait target-in-service (${wait.targetGroupArn})`
      : `aws ecs wait services-stable (${wait.clusterName}: ${wait.serviceNames.join(', ')})`;
  return new CutoverError({
    code: 'APPLY_FAILED',
    address: resource.address,
    message:
      verdict.kind === 'impossible'
        ? `${what} cannot succeed: ${verdict.why}`
        : `${what} ran into its limit (Max attempts exceeded): ${verdict.why}`,
    rule: 'the AWS CLI asks 40 times, 15 s apart: ten minutes',
    fix: './cutover events and ./cutover logs say why the targets or tasks did not come up',
  });
}
