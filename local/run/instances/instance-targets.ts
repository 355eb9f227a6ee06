/** Instances at their auto scaling group's target groups (EC2 Auto Scaling attach-load-balancer-asg). */
import type { TargetGroup } from '../../topology.ts';
import { type AddressBook, ApiError, type TargetRegistry } from '../contracts.ts';
import type { Instance } from './instance.ts';

export interface Targets {
  attach(instance: Instance, arns: readonly string[]): void;
  /** Resolves when the instance has drained everywhere. */
  detach(instance: Instance, arns: readonly string[]): Promise<void>;
  /** To exactly these. */
  change(instance: Instance, arns: readonly string[]): void;
}

export function createTargets(options: {
  readonly registry: TargetRegistry;
  readonly addresses: AddressBook;
  readonly targetGroup: (arn: string) => TargetGroup | undefined;
}): Targets {
  const { registry, addresses } = options;

  function attach(instance: Instance, arns: readonly string[]): void {
    for (const arn of arns) {
      const group = options.targetGroup(arn);
      if (!group || instance.targets.has(arn)) continue;
      const { id, address, zone } = instance;
      const port = instance.host?.port(group.port) ?? addresses.bindPort(address, group.port);
      const securityGroupIds = instance.group.securityGroupIds;
      registry.register(arn, { id, port: group.port, endpoint: { host: address, port }, zone, securityGroupIds });
      instance.targets.set(arn, group.port);
    }
  }

  async function detach(instance: Instance, arns: readonly string[]): Promise<void> {
    await Promise.all(
      arns.map(async (arn) => {
        const port = instance.targets.get(arn);
        if (port === undefined) return;
        await registry.deregister(arn, { id: instance.id, port }).catch((error) => {
          // The target group went before the instance did.
          if (!(error instanceof ApiError)) throw error;
        });
        instance.targets.delete(arn);
      }),
    );
  }

  return {
    attach,
    detach,
    change(instance, arns) {
      void detach(
        instance,
        [...instance.targets.keys()].filter((arn) => !arns.includes(arn)),
      );
      attach(instance, arns);
    },
  };
}
