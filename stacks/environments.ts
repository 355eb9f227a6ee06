/** Environments as data: what differs between them, and nothing else. */
import type { DeploymentOptions } from '../modules/deployment-options.ts';
import type { ManagedScaling } from '../modules/ec2-capacity.ts';
import type { NetworkEgress } from '../modules/network.ts';
import type { PlacementStrategy } from '../modules/placement.ts';
import type { TargetGroupProps } from '../modules/target-group.ts';
import { type FrontSettings, NOTHING_IN_FRONT } from './front.ts';
import type { ScaledService, ServiceScaling } from './scaling.ts';
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
  /** Tasks of each service at the start. The workshops run 1 of each logistics service, 2 of the forum's monolith. */
  readonly desiredCounts: Readonly<Record<ServiceKey, number>>;
  /** How far and on what services scale; what is not named keeps its count. */
  readonly scaling: Readonly<Partial<Record<ScaledService, ServiceScaling>>>;
  /** What one task of the logistics monolith reserves of its instance, and which instance it goes to. */
  readonly monolithTask: {
    readonly cpuUnits: number;
    readonly memoryReservationMiB: number;
    /** @default over zones, then over instances */
    readonly placementStrategies?: readonly PlacementStrategy[];
  };
  readonly instances: {
    readonly type: string;
    readonly min: number;
    readonly max: number;
    readonly desired: number;
    readonly managedScaling: ManagedScaling | 'off';
    readonly managedDraining: boolean;
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
  /** How targets are judged, and how long what they have taken may last. */
  readonly targets: Required<
    Pick<
      TargetGroupProps,
      'healthIntervalSeconds' | 'healthTimeoutSeconds' | 'unhealthyThreshold' | 'deregistrationDelaySeconds'
    >
  >;
  /** After so long without a byte the load balancers close a connection; services keep theirs open a little longer. */
  readonly idleTimeoutSeconds: number;
  /** SIGTERM to SIGKILL; not below the deregistration delay. */
  readonly stopTimeoutSeconds: number;
  /** HTTPS, web ACL, access logs, alarms and dashboards. */
  readonly front: FrontSettings;
  readonly logRetentionDays: number;
  readonly containerInsights: boolean;
  /** Guards against deleting load balancers, tables and images that are in use. */
  readonly deletionProtection: boolean;
  readonly backend: BackendSettings;
}

/** A hundred requests a second for each task; CPU counts where requests are heavier than that. */
const DEV_SCALING = { minTasks: 2, maxTasks: 6, cpuPercent: 70, requestsPerMinute: 6000 } as const;
/** Earlier than in dev, since a zone may fail, and slower to go. */
const PROD_SCALING = {
  minTasks: 2,
  maxTasks: 12,
  cpuPercent: 50,
  requestsPerMinute: 3000,
  scaleInCooldownSeconds: 600,
} as const;

/** Requests are not counted for a service that CodeDeploy moves from one target group to the other. */
const { requestsPerMinute: _dev, ...DEV_BLUE_GREEN } = DEV_SCALING;
const { requestsPerMinute: _prod, ...PROD_BLUE_GREEN } = PROD_SCALING;

const DEV_MANAGED: ManagedScaling = { targetCapacityPercent: 100, minimumStep: 1, maximumStep: 10, warmupSeconds: 300 };

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
  scaling: {
    monolith: { ...DEV_SCALING, minTasks: 4, maxTasks: 8 },
    iridium: DEV_SCALING,
    magnesite: DEV_SCALING,
    users: DEV_SCALING,
    posts: DEV_SCALING,
    threads: DEV_BLUE_GREEN,
  },
  monolithTask: { cpuUnits: 256, memoryReservationMiB: 128 },
  instances: {
    type: 't3.small',
    min: 2,
    max: 4,
    desired: 2,
    managedScaling: DEV_MANAGED,
    managedDraining: true,
    terminationProtection: false,
  },
  blueGreen: { configuration: 'ECSAllAtOnce', ready: { action: 'CONTINUE_DEPLOYMENT' }, terminationWaitMinutes: 5 },
  ecsServiceLinkedRole: false,
  testListenerCidrBlocks: [],
  // As the forum workshop sets them; SNS gives up on an answer after 15 s, so nothing in flight is older than 20.
  targets: { healthIntervalSeconds: 6, healthTimeoutSeconds: 5, unhealthyThreshold: 2, deregistrationDelaySeconds: 20 },
  idleTimeoutSeconds: 60,
  stopTimeoutSeconds: 30,
  front: NOTHING_IN_FRONT,
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
  scaling: {
    monolith: { ...PROD_SCALING, minTasks: 4, maxTasks: 16 },
    iridium: PROD_SCALING,
    magnesite: PROD_SCALING,
    hq: PROD_SCALING,
    users: PROD_SCALING,
    posts: PROD_SCALING,
    threads: PROD_BLUE_GREEN,
  },
  instances: {
    ...DEV.instances,
    max: 8,
    // A tenth of the group stays free, so that tasks need not wait for an instance to boot.
    managedScaling: { ...DEV_MANAGED, targetCapacityPercent: 90 },
    terminationProtection: true,
  },
  logRetentionDays: 90,
  containerInsights: true,
  deletionProtection: true,
};

export const ENVIRONMENTS: Readonly<Record<EnvironmentKey, Environment>> = { dev: DEV, prod: PROD };
