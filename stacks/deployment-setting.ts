/** How CodeDeploy moves traffic, as one word of text: for CUTOVER_DEPLOYMENT_CONFIG. */
import { type DeploymentConfiguration, PREDEFINED_CONFIGURATIONS } from '../modules/deployment-configuration.ts';

/** `ECSCanary10Percent5Minutes`, with or without CodeDeploy's prefix; or `canary:10:5`, `linear:20:1`: percent, minutes. */
export const DEPLOYMENT_SETTING = {
  pattern: new RegExp(
    `^((CodeDeployDefault\\.)?(${PREDEFINED_CONFIGURATIONS.join('|')})|(canary|linear):\\d{1,2}:\\d{1,4})$`,
  ),
  rule: `one of ${PREDEFINED_CONFIGURATIONS.join(', ')}, or canary:PERCENT:MINUTES, linear:PERCENT:MINUTES`,
};

/** @returns undefined where nothing is set, and the environment's own holds */
export function deploymentConfiguration(text: string | undefined): DeploymentConfiguration | undefined {
  if (text === undefined) return undefined;
  const name = text.replace(/^CodeDeployDefault\./, '');
  const predefined = PREDEFINED_CONFIGURATIONS.find((candidate) => candidate === name);
  if (predefined) return predefined;
  const [type, percentage, minutes] = text.split(':');
  return {
    name: `forum-${type}-${percentage}-percent-${minutes}-minutes`,
    type: type === 'canary' ? 'canary' : 'linear',
    percentage: Number(percentage),
    intervalMinutes: Number(minutes),
  };
}
