/** What the AWS-compatible endpoint reads from the plane. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Alarm,
  Arn,
  Cluster,
  LambdaFunction,
  Listener,
  ListenerRule,
  LoadBalancer,
  RestApiKey,
  RestUsagePlanKey,
  ScalableTarget,
  ScalingPolicy,
  ScheduledScaling,
  TargetGroup,
  Topology,
} from '../../topology.ts';
import type { AutoscalerControl } from '../autoscaler/contracts.ts';
import type { Clock } from '../clock.ts';
import type {
  AddressBook,
  EcsControl,
  LogStore,
  MetricStore,
  ParameterStore,
  ResourceHandler,
  TargetHealth,
  TargetRegistry,
} from '../contracts.ts';
import type { AlarmControl, CodeDeployControl, FunctionRunner, TrafficControl } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Instances } from '../instances/instances.ts';
import type { Place } from '../place.ts';
import type { Random } from '../random.ts';
import type { RestApis } from '../rest-api/rest-api.ts';
import type { Topics } from '../topics/topics.ts';

/** The load balancer's state, read only. */
export interface BalancerView {
  loadBalancers(): readonly LoadBalancer[];
  listeners(): readonly Listener[];
  rules(): readonly ListenerRule[];
  targetGroups(): readonly TargetGroup[];
  health(targetGroupArn: Arn): readonly TargetHealth[];
}

/** Resources that have no controller view of their own, as applied. */
export type AppliedResources = Pick<
  Topology,
  | 'clusters'
  | 'capacityProviders'
  | 'autoScalingGroups'
  | 'repositories'
  | 'stacks'
  | 'outputs'
  | 'subnets'
  | 'securityGroups'
  | 'inert'
>;

/** What an image of a repository runs as here. */
export interface ImageBuild {
  readonly tag: string;
  /** `sha256:…` of the bundle. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly builtAtMs: number;
}

/** A scalable target with the ARN that AWS gives it: the stacks' own do not name theirs. */
export type NamedTarget = ScalableTarget & { readonly arn: Arn };

/**
 * The controllers' own sides of apply, for what the endpoint makes, changes and removes. The stacks do not know these
 * resources, so a later `up` leaves them alone.
 */
export interface EndpointHandlers {
  readonly clusters: ResourceHandler<Cluster>;
  /** Gives it its name and address, too. */
  readonly loadBalancers: ResourceHandler<LoadBalancer>;
  readonly targetGroups: ResourceHandler<TargetGroup>;
  readonly listeners: ResourceHandler<Listener>;
  readonly rules: ResourceHandler<ListenerRule>;
  readonly functions: ResourceHandler<LambdaFunction>;
  readonly alarms: ResourceHandler<Alarm>;
  readonly scalableTargets: ResourceHandler<NamedTarget>;
  readonly scalingPolicies: ResourceHandler<ScalingPolicy>;
  readonly scheduledScalings: ResourceHandler<ScheduledScaling>;
  readonly restApiKeys: ResourceHandler<RestApiKey>;
  readonly restUsagePlanKeys: ResourceHandler<RestUsagePlanKey>;
}

export interface ApiDependencies extends Place {
  readonly ecs: EcsControl;
  readonly codedeploy: CodeDeployControl;
  readonly functions: FunctionRunner;
  readonly restApis: Pick<RestApis, 'registry'>;
  readonly alarms: AlarmControl;
  readonly balancer: BalancerView;
  readonly traffic: TrafficControl;
  readonly registry: TargetRegistry;
  readonly instances: Pick<Instances, 'groups' | 'hooks' | 'setDesired' | 'setDraining' | 'terminate'>;
  readonly autoscaler: AutoscalerControl;
  readonly handlers: EndpointHandlers;
  readonly addresses: Pick<AddressBook, 'bindPort' | 'listener' | 'localise'>;
  /** Where packages of functions made through the endpoint are kept; made when needed. */
  readonly packageDir: string;
  readonly topics: Topics;
  readonly parameters: ParameterStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly resources: () => AppliedResources;
  /** Local builds that fit a repository, by its URL; made where they are not yet. Tags alone cost nothing. */
  readonly images: {
    tags(repositoryUrl: string): readonly string[];
    build(repositoryUrl: string, tag: string): Promise<ImageBuild>;
  };
  /** Where dynalite listens, `http://127.0.0.1:4569`; null where no table was applied. */
  readonly tablesEndpoint: () => string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  /** What DescribeLoadBalancers gives as DNSName: the loopback host, so that `curl http://$DNS/` works. Default: AWS's name. */
  readonly loadBalancerHost?: (loadBalancerArn: Arn) => string;
}

export interface ApiOptions extends Omit<ApiDependencies, keyof Place> {
  /** Where what the endpoint made is kept; default: nowhere. */
  readonly madeFile?: string;
  /** Is what is there of a plane that was killed? Default: no, it is removed. */
  readonly resume?: boolean;
  /** Where the stacks are, and so what is made here; null while there are none. */
  readonly stackPlace: () => Place | null;
  /** Routes of others on the same port, asked first; answers true when the request was its own. */
  readonly extra?: (req: IncomingMessage, res: ServerResponse) => boolean;
}
