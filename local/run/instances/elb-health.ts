/**
 * Health check type ELB: an instance that its load balancer finds unhealthy is replaced, once its grace period is over
 * (EC2 Auto Scaling ec2-auto-scaling-health-checks). Type EC2, the default, sees no unhealthy target.
 */
import type { AutoScalingGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type TargetHealth, type TargetRegistry } from '../contracts.ts';
import type { Instance } from './instance.ts';

export interface ElbHealthOptions {
  readonly clock: Clock;
  readonly registry: Pick<TargetRegistry, 'health' | 'onChange'>;
  readonly instance: (id: string) => Instance | undefined;
  /** The group as it is applied now. */
  readonly group: (name: string) => AutoScalingGroup | undefined;
  readonly replace: (instance: Instance) => void;
}

/** Terraform's default (aws_autoscaling_group health_check_grace_period). */
const DEFAULT_GRACE_SECONDS = 300;

export function watchElbHealth(options: ElbHealthOptions): () => void {
  const { clock, registry } = options;
  const waiting = new Set<() => void>();

  function look(targetGroupArn: string, targetId: string): void {
    const instance = options.instance(targetId);
    const group = instance ? options.group(instance.group.name) : undefined;
    if (!instance || !group || instance.status !== 'ACTIVE' || instance.leaving || !checksElb(group)) return;
    if (!healthOf(registry, targetGroupArn).some((one) => one.target.id === targetId && one.state === 'unhealthy'))
      return;
    const leftMs = (instance.inServiceAtMs ?? clock.now()) + graceSecondsOf(group) * 1000 - clock.now();
    if (leftMs <= 0) {
      options.replace(instance);
      return;
    }
    const cancel = clock.after(leftMs, () => {
      waiting.delete(cancel);
      look(targetGroupArn, targetId);
    });
    waiting.add(cancel);
  }

  const end = registry.onChange((targetGroupArn, health) => {
    if (health.state === 'unhealthy') look(targetGroupArn, health.target.id);
  });
  return () => {
    end();
    for (const cancel of waiting) cancel();
  };
}

const checksElb = ({ attributes }: AutoScalingGroup): boolean => attributes['health_check_type'] === 'ELB';

function graceSecondsOf({ attributes }: AutoScalingGroup): number {
  const seconds = attributes['health_check_grace_period'];
  return typeof seconds === 'number' ? seconds : DEFAULT_GRACE_SECONDS;
}

function healthOf(registry: Pick<TargetRegistry, 'health'>, arn: string): readonly TargetHealth[] {
  try {
    return registry.health(arn);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
