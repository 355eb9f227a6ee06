/** How CodeDeploy moves traffic, as one word of text: for CUTOVER_DEPLOYMENT_CONFIG. Pure; problems go to the reader. */
import {
  checkConfiguration,
  type DeploymentConfiguration,
  PREDEFINED_CONFIGURATIONS,
} from '../modules/deployment-configuration.ts';
import { PropCheck } from '../modules/prop-check.ts';
import type { SettingReader } from './setting-reader.ts';

/** `ECSCanary10Percent5Minutes`, with or without CodeDeploy's prefix; or `canary:10:5`, `linear:20:1`: percent, minutes. */
const SETTING = {
  pattern: new RegExp(
    `^((CodeDeployDefault\\.)?(${PREDEFINED_CONFIGURATIONS.join('|')})|(canary|linear):\\d{1,2}:\\d{1,4})$`,
  ),
  rule: `one of ${PREDEFINED_CONFIGURATIONS.join(', ')}, or canary:PERCENT:MINUTES, linear:PERCENT:MINUTES`,
};

/** @returns undefined where nothing is set, and the environment's own holds */
export function deploymentConfigurationOf(reader: SettingReader): DeploymentConfiguration | undefined {
  const text = reader.text('deploymentConfig', SETTING);
  if (text === undefined) return undefined;
  const configuration = configurationOf(text);
  // Told here, since only a stage with a blue/green service would come to it.
  const check = new PropCheck(undefined, 'deploymentConfig');
  checkConfiguration(check, configuration);
  reader.refuseFor('deploymentConfig', text, check.problems);
  return configuration;
}

function configurationOf(text: string): DeploymentConfiguration {
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
