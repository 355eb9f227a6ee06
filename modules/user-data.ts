/** User data of ECS container instances. Pure text, so that it can be read and tested as such. */
import type { PortRange } from './security-group.ts';

export interface EcsUserData {
  readonly clusterName: string;
  /** @default the image's own ip_local_port_range */
  readonly hostPorts?: PortRange;
}

/**
 * @returns the script that joins an ECS-optimised image to its cluster (ECS bootstrap_container_instance), and narrows
 * the range that dynamic host ports come from where asked to
 */
export function ecsUserData(options: EcsUserData): string {
  const lines = [
    '#!/bin/bash',
    'set -e',
    `echo ECS_CLUSTER=${options.clusterName} >> /etc/ecs/ecs.config`,
    // Image pulls and logs then run with each task's execution role, so the instance role needs neither permission.
    'echo ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true >> /etc/ecs/ecs.config',
  ];
  if (options.hostPorts) {
    const { from, to } = options.hostPorts;
    lines.push(`echo net.ipv4.ip_local_port_range=${from} ${to} > /etc/sysctl.d/90-host-ports.conf`, 'sysctl --system');
  }
  return `${lines.join('\n')}\n`;
}
