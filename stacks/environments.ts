/** Environments as data: what differs between them, and nothing else. */
import type { DeploymentOptions } from '../modules/deployment-options.ts';
import type { NetworkEgress } from '../modules/network.ts';
import type { ServiceKey } from './service-keys.ts';

export const ENVIRONMENT_NAMES = ['dev', 'prod'] as const;
export type EnvironmentKey = (typeof ENVIRONMENT_NAMES)[number];

export type BackendSettings =
  | { readonly type: 'local' }
  /** State in S3, locked by a file beside it. The bucket is made beforehand. */
  | { readonly type: 's3'; readonly bucket: string; readonly region: string };

export interface Environment {
  readonly key: EnvironmentKey;
  /** Prefix of every name, as the workshop's EnvironmentName: lower-case letters only, for ECR. */
  readonly name: string;
  readonly region: string;
  readonly vpcCidrBlock: string;
  readonly egress: NetworkEgress;
  /** Takes the workshop's bare orders, without an SNS signature. */
  readonly allowUnsigned: boolean;
  /**
   * Parameter that holds a load-test certificate (PEM), so that a load test can sign its own orders. The parameter is the
   * operator's to create. Null: only SNS's signatures count.
   */
  readonly loadTestCertificateParameter: string | null;
  /** Tasks of each service. The workshops run 1 of each logistics service, 2 of the forum's monolith. */
  readonly desiredCounts: Readonly<Record<ServiceKey, number>>;
  readonly instances: {
    readonly type: string;
    readonly min: number;
    readonly max: number;
    readonly desired: number;
    readonly terminationProtection: boolean;
  };
  /** How CodeDeploy moves what it deploys. The workshop shifts at once and keeps blue for 5 minutes. */
  readonly blueGreen: Required<Pick<DeploymentOptions, 'configuration' | 'ready' | 'terminationWaitMinutes'>>;
  /** Makes AWSServiceRoleForECS with the forum's cluster; for an account that has none and cannot let ECS make it. */
  readonly ecsServiceLinkedRole: boolean;
  /**
   * Address blocks that reach the forum's test listener, beside the NAT gateways': an office, a build server. Without NAT
   * the hook's address is any of AWS's, and only 0.0.0.0/0 lets it in.
   */
  readonly testListenerCidrBlocks: readonly string[];
  readonly logRetentionDays: number;
  readonly containerInsights: boolean;
  /** Guards against deleting load balancers, tables and images that are in use. */
  readonly deletionProtection: boolean;
  readonly backend: BackendSettings;
}

/** Four tasks on two instances: at least two share one instance, on distinct dynamic ports. */
const DEV: Environment = {
  key: 'dev',
  name: 'interstella',
  region: 'us-east-1',
  vpcCidrBlock: '10.0.0.0/16',
  egress: 'nat',
  allowUnsigned: true,
  loadTestCertificateParameter: null,
  desiredCounts: { monolith: 4, iridium: 2, magnesite: 2, hq: 2, forum: 2, users: 2, posts: 2, threads: 2 },
  instances: { type: 't3.small', min: 2, max: 4, desired: 2, terminationProtection: false },
  blueGreen: { configuration: 'ECSAllAtOnce', ready: { action: 'CONTINUE_DEPLOYMENT' }, terminationWaitMinutes: 5 },
  ecsServiceLinkedRole: false,
  testListenerCidrBlocks: [],
  logRetentionDays: 7,
  containerInsights: false,
  deletionProtection: false,
  backend: { type: 'local' },
};

const PROD: Environment = {
  ...DEV,
  key: 'prod',
  egress: 'nat-per-zone',
  allowUnsigned: false,
  instances: { type: 't3.small', min: 2, max: 8, desired: 2, terminationProtection: true },
  logRetentionDays: 90,
  containerInsights: true,
  deletionProtection: true,
};

export const ENVIRONMENTS: Readonly<Record<EnvironmentKey, Environment>> = { dev: DEV, prod: PROD };
