import { CodedeployDeploymentConfig } from '@cdktf/provider-aws/lib/codedeploy-deployment-config/index.js';
import type { Construct, ITerraformDependable } from './cdktf.ts';
import type { DeploymentConfiguration } from './deployment-configuration.ts';

export interface UsedConfiguration {
  readonly name: string;
  readonly after: readonly ITerraformDependable[];
}

/** @returns the configuration's name in CodeDeploy; a custom one becomes a resource in `scope` */
export function useConfiguration(
  scope: Construct,
  id: string,
  configuration: DeploymentConfiguration,
): UsedConfiguration {
  if (typeof configuration === 'string') return { name: `CodeDeployDefault.${configuration}`, after: [] };
  if ('existing' in configuration) return { name: configuration.existing, after: [] };
  const { percentage, intervalMinutes: interval } = configuration;
  const made = new CodedeployDeploymentConfig(scope, id, {
    deploymentConfigName: configuration.name,
    computePlatform: 'ECS',
    // CodeDeploy deletes none that a deployment group still uses.
    lifecycle: { createBeforeDestroy: true },
    trafficRoutingConfig:
      configuration.type === 'canary'
        ? { type: 'TimeBasedCanary', timeBasedCanary: { percentage, interval } }
        : { type: 'TimeBasedLinear', timeBasedLinear: { percentage, interval } },
  });
  return { name: made.deploymentConfigName, after: [made] };
}
