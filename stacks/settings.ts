/** Reads what to synthesize from the process's environment and cdktf's context. Pure; collects every problem. */

import { PARAMETER_NAME } from '../modules/text-parameter.ts';
import { backendOf, REGION } from './backend-setting.ts';
import { deploymentConfigurationOf } from './deployment-setting.ts';
import { ENVIRONMENT_NAMES, ENVIRONMENTS, type Environment, type EnvironmentKey } from './environments.ts';
import { frontOf } from './front-setting.ts';
import { isTooOld, OLDEST_PROVIDER, PROVIDER_VERSIONS } from './provider-version.ts';
import { atScale, SCALE_NAMES } from './scales.ts';
import type { ServiceKey } from './service-keys.ts';
import { type Env, SettingReader } from './setting-reader.ts';
import { STAGE_NAMES, type StageName, SYSTEM_NAMES, type SystemName } from './stages.ts';

export { SettingsError } from './setting-reader.ts';

export interface Settings {
  readonly stage: StageName;
  readonly system: SystemName;
  readonly environment: Environment;
  /** Image tags that replace the stage's. */
  readonly tags: Readonly<Partial<Record<ServiceKey, string>>>;
  /** Version constraint of the AWS provider. Undefined: that of the prebuilt bindings. */
  readonly providerVersion: string | undefined;
  readonly outDir: string;
}

/** What AWS keeps for itself at the beginning of names that the environment's stands at the beginning of. */
const ENVIRONMENT_NAME = {
  pattern: /^(?!aws|ecs|fargate|ssm|(?:internal|sg|sthree)$)[a-z]{1,16}$/,
  rule:
    '1–16 lower-case letters only: ECR repository names carry it, load balancer names hold 32 characters; not beginning with ' +
    'aws, ecs, fargate or ssm, and not internal, sg or sthree (ECS CreateCapacityProvider, SSM PutParameter, ELB ' +
    'CreateLoadBalancer, EC2 CreateSecurityGroup, S3 bucketnamingrules)',
};

/**
 * @param env the process's environment; cdktf's context is in its CDKTF_CONTEXT_JSON
 * @throws SettingsError with every problem
 */
export function readSettings(env: Env): Settings {
  const reader = new SettingReader(env);
  const key = reader.oneOf('environment', ENVIRONMENT_NAMES, 'dev');
  const settings: Settings = {
    stage: reader.oneOf('stage', STAGE_NAMES, 'microservices'),
    system: reader.oneOf('system', SYSTEM_NAMES, 'logistics'),
    environment: environmentOf(reader, key),
    tags: reader.tags(),
    providerVersion: providerVersionOf(reader),
    outDir: env['CDKTF_OUTDIR'] || env['CUTOVER_OUTDIR'] || 'cdktf.out',
  };
  reader.done();
  return settings;
}

function providerVersionOf(reader: SettingReader): string | undefined {
  const version = reader.text('providerVersion', {
    pattern: PROVIDER_VERSIONS,
    rule: 'a Terraform version constraint such as 5.100.0, ~> 6.0 or >= 6.0, < 7.0',
  });
  if (version !== undefined && isTooOld(version))
    reader.refuse('providerVersion', {
      what: 'an AWS provider older than what the stacks use',
      rule: `drawn secrets are given to write-only attributes, which the provider has since ${OLDEST_PROVIDER}`,
      fix: `allow ${OLDEST_PROVIDER} or newer`,
    });
  return version;
}

function environmentOf(reader: SettingReader, key: EnvironmentKey): Environment {
  const base = atScale(ENVIRONMENTS[key], reader.oneOf('scale', SCALE_NAMES, 'default'));
  const name = reader.text('environmentName', ENVIRONMENT_NAME);
  const region = reader.text('region', REGION) ?? base.region;
  const certificate = reader.text('loadTestCertificate', {
    pattern: PARAMETER_NAME.pattern,
    rule: 'the path of a parameter such as /interstella/loadtest-certificate, not under /aws or /ssm',
  });
  const configuration = deploymentConfigurationOf(reader);
  return {
    ...base,
    blueGreen: { ...base.blueGreen, ...(configuration ? { configuration } : {}) },
    name: name ?? base.name,
    region,
    front: frontOf(reader, { own: base.front, region }),
    backend: backendOf(reader, { fallback: base.backend, region }),
    loadTestCertificateParameter: certificate ?? base.loadTestCertificateParameter,
  };
}
