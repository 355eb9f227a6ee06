/**
 * The frozen, typed result of read → resolve: everything the plane runs, with every expression evaluated.
 * Values carry AWS-like names (ARNs, `*.elb.amazonaws.com`); the address book (run/addresses.ts) turns
 * load balancer names into loopback endpoints at the last moment.
 */
import type {
  AdvancedConfiguration,
  Alarm,
  CodeDeployApplication,
  CommandWait,
  DeploymentConfig,
  DeploymentGroup,
  DeploymentStrategy,
  LambdaFunction,
  ScalableTarget,
  ScalingPolicy,
  ScheduledScaling,
  StoredObject,
} from './topology-delivery.ts';
import type { RestTopology } from './topology-rest-api.ts';

export type * from './topology-delivery.ts';
export type * from './topology-rest-api.ts';

/** `<stack>/<type>.<name>`, e.g. `interstella-edge/aws_lb.main`. */
export type Address = string;
export type Arn = string;

export interface Topology extends RestTopology {
  readonly region: string;
  readonly accountId: string;
  readonly stacks: readonly string[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly subnets: readonly Subnet[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly targetGroups: readonly TargetGroup[];
  readonly listeners: readonly Listener[];
  readonly rules: readonly ListenerRule[];
  readonly clusters: readonly Cluster[];
  readonly capacityProviders: readonly CapacityProvider[];
  readonly autoScalingGroups: readonly AutoScalingGroup[];
  readonly taskDefinitions: readonly TaskDefinition[];
  readonly services: readonly Service[];
  readonly topics: readonly Topic[];
  readonly subscriptions: readonly Subscription[];
  readonly queues: readonly Queue[];
  readonly parameters: readonly Parameter[];
  readonly secretValues: readonly SecretValue[];
  readonly logGroups: readonly LogGroup[];
  readonly tables: readonly Table[];
  readonly repositories: readonly Repository[];
  readonly codeDeployApplications: readonly CodeDeployApplication[];
  readonly deploymentConfigs: readonly DeploymentConfig[];
  readonly deploymentGroups: readonly DeploymentGroup[];
  readonly functions: readonly LambdaFunction[];
  readonly objects: readonly StoredObject[];
  readonly alarms: readonly Alarm[];
  readonly scalableTargets: readonly ScalableTarget[];
  readonly scalingPolicies: readonly ScalingPolicy[];
  readonly scheduledScalings: readonly ScheduledScaling[];
  readonly commandWaits: readonly CommandWait[];
  /** Resources that exist but act on nothing locally (VPC, routes, IAM, tags …), in full for plan and references. */
  readonly inert: readonly InertResource[];
  readonly outputs: readonly Output[];
  /** Attributes and resources that are accepted deliberately without local effect, for the fidelity ledger and report. */
  readonly notes: readonly FidelityNote[];
  /** Every managed resource, dependencies before dependants (references, `depends_on` and cross-stack references alike). */
  readonly order: readonly Address[];
}

export interface ResourceBase {
  readonly address: Address;
  /** Terraform type, e.g. `aws_lb`. */
  readonly type: string;
  readonly stack: string;
  /** Direct dependencies, by address. */
  readonly dependsOn: readonly Address[];
  /** Digest of the resolved attributes: equal digests mean nothing to apply. */
  readonly digest: string;
  /** Resolved attributes that Terraform's `lifecycle.ignore_changes` names; a change of only these is no change. */
  readonly ignoreChanges: readonly string[];
  /** The resolved attributes as the JSON holds them, with sensitive ones replaced by `(sensitive)`; plan prints from here. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface InertResource extends ResourceBase {
  readonly id: string;
}

export interface Subnet extends ResourceBase {
  readonly id: string;
  readonly zone: string;
}

export interface SecurityGroup extends ResourceBase {
  readonly id: string;
  readonly name: string;
  /** Rules from the group itself, `aws_security_group_rule` and `aws_vpc_security_group_*_rule`, merged. */
  readonly ingress: readonly TrafficRule[];
  readonly egress: readonly TrafficRule[];
}

/** Protocol `-1` is all protocols and all ports. Ports are inclusive. */
export interface TrafficRule {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidrBlocks: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface LoadBalancer extends ResourceBase {
  readonly arn: Arn;
  /** `app/<name>/<16 hex>` or `net/<name>/<16 hex>`, the metric dimension. */
  readonly arnSuffix: string;
  readonly name: string;
  /** Of a network load balancer; absent: an application load balancer. */
  readonly network?: NetworkBalancing;
  /** `<name>-<digits>.<region>.elb.amazonaws.com` (with `internal-` before it where internal). */
  readonly dnsName: string;
  /** Further names, which Route 53 records of the stacks lead to it. Default: none */
  readonly aliases?: readonly string[];
  readonly internal: boolean;
  readonly securityGroupIds: readonly string[];
  readonly subnetIds: readonly string[];
  /** 1–4000 s, default 60. */
  readonly idleTimeoutSeconds: number;
  /** 60–604800 s, default 3600. */
  readonly clientKeepAliveSeconds: number;
  readonly xffMode: 'append' | 'preserve' | 'remove';
  readonly xffClientPort: boolean;
  readonly preserveHostHeader: boolean;
  readonly dropInvalidHeaderFields: boolean;
  readonly desyncMode: 'monitor' | 'defensive' | 'strictest';
}

/** What only network load balancers have. What is of application load balancers keeps its default there, unread. */
export interface NetworkBalancing {
  /** Off by default: each zone's node sends to the targets of its zone. */
  readonly crossZone: boolean;
}

export interface TargetGroup extends ResourceBase {
  readonly arn: Arn;
  /** `targetgroup/<name>/<16 hex>`. */
  readonly arnSuffix: string;
  readonly name: string;
  readonly port: number;
  /** HTTP and HTTPS groups are of application load balancers, TCP and TLS groups of network load balancers. */
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  readonly targetType: 'instance' | 'ip' | 'alb';
  /** Of TCP and TLS groups, and only there. */
  readonly network?: NetworkGroup;
  /** 0–3600 s, default 300. */
  readonly deregistrationDelaySeconds: number;
  /** 0 (off) or 30–900 s. */
  readonly slowStartSeconds: number;
  readonly algorithm: 'round_robin' | 'least_outstanding_requests';
  readonly stickiness: Stickiness | null;
  readonly healthCheck: HealthCheck;
}

/** Target group attributes of network load balancers (ELB edit-target-group-attributes). */
export interface NetworkGroup {
  /** Health checks of it need not speak what its targets speak. */
  readonly healthCheckProtocol: 'TCP' | 'HTTP' | 'HTTPS';
  /** A client's connections go to one target (source_ip stickiness). Default: off */
  readonly stickySourceIp: boolean;
  /** A header that names the client goes before each connection's bytes. Default: off */
  readonly proxyProtocolV2: boolean;
  /** Connections are reset when the deregistration delay ends. Default: off, they live on */
  readonly terminatesAfterDelay: boolean;
  /** Connections are reset when their target becomes unhealthy. Default: on */
  readonly terminatesUnhealthy: boolean;
  /** null: as its load balancer has it. */
  readonly crossZone: boolean | null;
  /** Application load balancers that are its targets: target type alb, one at most. */
  readonly albTargets: readonly { readonly loadBalancerArn: Arn; readonly port: number }[];
}

export interface Stickiness {
  readonly type: 'lb_cookie' | 'app_cookie';
  readonly durationSeconds: number;
  readonly cookieName: string | null;
}

export interface HealthCheck {
  readonly path: string;
  readonly port: 'traffic-port' | number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** e.g. `200`, `200,202`, `200-299`. */
  readonly matcher: string;
}

export interface Listener extends ResourceBase {
  readonly arn: Arn;
  readonly loadBalancerArn: Arn;
  readonly port: number;
  /** HTTPS and TLS are spoken with a certificate of the plane's own. TCP and TLS are of network load balancers. */
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS';
  /** Of TCP and TLS listeners, and only there. */
  readonly network?: NetworkListening;
  readonly defaultActions: readonly Action[];
}

export interface NetworkListening {
  /** 60–6000 s, default 350. */
  readonly idleTimeoutSeconds: number;
  /** Of TLS listeners. */
  readonly alpnPolicy: AlpnPolicy;
}

export type AlpnPolicy = 'None' | 'HTTP1Only' | 'HTTP2Only' | 'HTTP2Optional' | 'HTTP2Preferred';

export interface ListenerRule extends ResourceBase {
  readonly arn: Arn;
  readonly listenerArn: Arn;
  /** 1–50000, unique in the listener, lowest first. */
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
}

export type Action =
  | {
      readonly type: 'forward';
      /** Weights 0–999; one group alone has weight 1. */
      readonly targetGroups: readonly { readonly arn: Arn; readonly weight: number }[];
      readonly stickinessSeconds: number | null;
    }
  | {
      readonly type: 'redirect';
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
      readonly statusCode: 301 | 302;
    }
  | {
      readonly type: 'fixed-response';
      readonly statusCode: number;
      readonly contentType: string;
      readonly body: string;
    };

export type Condition =
  | {
      readonly field: 'path-pattern' | 'host-header' | 'http-request-method' | 'source-ip';
      readonly values: readonly string[];
    }
  | { readonly field: 'http-header'; readonly name: string; readonly values: readonly string[] }
  | {
      readonly field: 'query-string';
      readonly pairs: readonly { readonly key: string | null; readonly value: string }[];
    };

export interface Cluster extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly capacityProviders: readonly string[];
  readonly defaultStrategy: readonly CapacityProviderStrategyItem[];
}

export interface CapacityProviderStrategyItem {
  /** `FARGATE`, `FARGATE_SPOT` or the name of a capacity provider. */
  readonly capacityProvider: string;
  readonly weight: number;
  readonly base: number;
}

export interface CapacityProvider extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly autoScalingGroupArn: Arn;
  readonly managedScaling: {
    readonly enabled: boolean;
    readonly targetCapacityPercent: number;
    readonly minimumStep: number;
    readonly maximumStep: number;
    readonly warmupSeconds: number;
  };
  readonly managedTerminationProtection: boolean;
  readonly managedDraining: boolean;
}

export interface AutoScalingGroup extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  /** Availability zones of its subnets, in order. */
  readonly zones: readonly string[];
  readonly instanceType: string;
  /** What the instance type offers (1 vCPU = 1024 units). */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly securityGroupIds: readonly string[];
  /** User data, decoded. */
  readonly userData: string;
  /** Cluster named in user data (`ECS_CLUSTER=`), or null where the instances join none. */
  readonly clusterName: string | null;
  /** `net.ipv4.ip_local_port_range` set in user data, or Linux's default 32768–60999 (≈). Inclusive. */
  readonly ephemeralPortRange: readonly [number, number];
  readonly targetGroupArns: readonly Arn[];
}

export interface TaskDefinition extends ResourceBase {
  readonly arn: Arn;
  readonly family: string;
  readonly revision: number;
  readonly networkMode: 'bridge' | 'host' | 'awsvpc' | 'none';
  readonly requiresCompatibilities: readonly ('EC2' | 'FARGATE')[];
  /** Task-level size; null where only containers have one. */
  readonly cpuUnits: number | null;
  readonly memoryMiB: number | null;
  readonly taskRoleArn: Arn | null;
  readonly executionRoleArn: Arn | null;
  readonly containers: readonly ContainerDefinition[];
  readonly placementConstraints: readonly PlacementConstraint[];
}

export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly cpuUnits: number;
  /** Hard limit. */
  readonly memoryMiB: number | null;
  /** Soft limit. */
  readonly memoryReservationMiB: number | null;
  readonly portMappings: readonly PortMapping[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly entryPoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly workingDirectory: string | null;
  readonly healthCheck: {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly retries: number;
    readonly startPeriodSeconds: number;
  } | null;
  readonly dependsOn: readonly {
    readonly containerName: string;
    readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
  }[];
  /** Seconds between SIGTERM and SIGKILL; default 30, at most 120 on Fargate. */
  readonly stopTimeoutSeconds: number;
  readonly logConfiguration: {
    readonly driver: string;
    readonly group: string | null;
    readonly region: string | null;
    readonly streamPrefix: string | null;
    readonly createGroup: boolean;
    /** Without local effect; of definitions made through the endpoint, which tells them again. */
    readonly otherOptions?: Readonly<Record<string, string>>;
  } | null;
}

export interface PortMapping {
  /** Of Service Connect: without local effect; of definitions made through the endpoint. */
  readonly appProtocol?: string;
  readonly containerPort: number;
  /** 0: a dynamic host port (bridge mode). In awsvpc it equals containerPort. */
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
  readonly name: string | null;
}

export interface PlacementConstraint {
  readonly type: 'distinctInstance' | 'memberOf';
  readonly expression: string | null;
}

export interface PlacementStrategy {
  readonly type: 'spread' | 'binpack' | 'random';
  readonly field: string | null;
}

export interface DeploymentAlarms {
  readonly enable: boolean;
  readonly rollback: boolean;
  readonly names: readonly string[];
}

export interface Service extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly clusterArn: Arn;
  readonly clusterName: string;
  readonly taskDefinitionArn: Arn;
  readonly desiredCount: number;
  /** Resolved from launch_type or the capacity provider strategy. */
  readonly launchType: 'EC2' | 'FARGATE';
  readonly capacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  readonly deploymentController: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** Rounds up. Default 100. */
  readonly minimumHealthyPercent: number;
  /** Rounds down. Default 200. */
  readonly maximumPercent: number;
  readonly circuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
  /** Alarms that fail a rolling deployment; their names need not exist (ECS API_DeploymentAlarms). */
  readonly deploymentAlarms: DeploymentAlarms;
  /** Absent: a rolling update. */
  readonly deploymentStrategy?: DeploymentStrategy;
  readonly healthCheckGracePeriodSeconds: number;
  readonly loadBalancers: readonly {
    readonly targetGroupArn: Arn;
    readonly containerName: string;
    readonly containerPort: number;
    /** Of a service that ECS deploys blue/green. */
    readonly advanced?: AdvancedConfiguration;
  }[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategies: readonly PlacementStrategy[];
  readonly waitForSteadyState: boolean;
  readonly forceNewDeployment: boolean;
}

export interface Topic extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly displayName: string;
  readonly deliveryPolicy: unknown;
  readonly signatureVersion: 1 | 2;
}

export interface Subscription extends ResourceBase {
  readonly topicArn: Arn;
  readonly protocol: 'http' | 'https' | 'sqs';
  /** A URL (or a queue ARN for sqs); may name a load balancer's dnsName. */
  readonly endpoint: string;
  readonly rawMessageDelivery: boolean;
  readonly filterPolicy: unknown;
  readonly filterPolicyScope: 'MessageAttributes' | 'MessageBody';
  readonly deliveryPolicy: unknown;
  readonly deadLetterTargetArn: Arn | null;
  readonly confirmationTimeoutMinutes: number;
}

export interface Queue extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly url: string;
}

export interface Parameter extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly parameterType: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
}

/** The current value of a secret of Secrets Manager. */
export interface SecretValue extends ResourceBase {
  readonly secretArn: Arn;
  readonly value: string;
}

export interface LogGroup extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  /** 0: never expires. */
  readonly retentionDays: number;
}

export interface Table extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey: string | null;
  readonly keyAttributes: readonly { readonly name: string; readonly type: 'S' | 'N' | 'B' }[];
  readonly globalSecondaryIndexes: readonly {
    readonly name: string;
    readonly hashKey: string;
    readonly rangeKey: string | null;
    readonly projectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly nonKeyAttributes: readonly string[];
  }[];
}

export interface Repository extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<name>`. */
  readonly url: string;
}

export interface Output {
  readonly stack: string;
  readonly name: string;
  readonly value: unknown;
  readonly sensitive: boolean;
  readonly description: string | null;
}

export interface FidelityNote {
  /** Resource address, or `<type>.<attribute>`. */
  readonly subject: string;
  readonly kind: 'no-local-effect' | 'approximated' | 'allowed';
  readonly reason: string;
}
