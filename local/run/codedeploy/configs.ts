/** The predefined deployment configurations for ECS (CD deployment-configurations). */
import type { DeploymentConfig, TrafficRouting } from '../../topology.ts';

export interface NamedConfig extends Pick<DeploymentConfig, 'name' | 'routing'> {
  readonly predefined: boolean;
}

const canary = (percentage: number, intervalMinutes: number): TrafficRouting => ({
  type: 'TimeBasedCanary',
  percentage,
  intervalMinutes,
});
const linear = (percentage: number, intervalMinutes: number): TrafficRouting => ({
  type: 'TimeBasedLinear',
  percentage,
  intervalMinutes,
});

export const PREDEFINED_CONFIGS: readonly NamedConfig[] = [
  { name: 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes', routing: linear(10, 1), predefined: true },
  { name: 'CodeDeployDefault.ECSLinear10PercentEvery3Minutes', routing: linear(10, 3), predefined: true },
  { name: 'CodeDeployDefault.ECSCanary10Percent5Minutes', routing: canary(10, 5), predefined: true },
  { name: 'CodeDeployDefault.ECSCanary10Percent15Minutes', routing: canary(10, 15), predefined: true },
  { name: 'CodeDeployDefault.ECSAllAtOnce', routing: { type: 'AllAtOnce' }, predefined: true },
];
