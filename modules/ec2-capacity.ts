import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group/index.js';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js';
import { EcsCapacityProvider } from '@cdktf/provider-aws/lib/ecs-capacity-provider/index.js';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile/index.js';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template/index.js';
import { Construct, Fn } from './cdktf.ts';
import type { EcsCluster } from './ecs-cluster.ts';
import { instanceStatements } from './instance-permissions.ts';
import { groupTags, type Tags, volumeTags } from './launched-tags.ts';
import { PropCheck } from './prop-check.ts';
import { Role } from './role.ts';
import { DYNAMIC_HOST_PORTS, type PortRange } from './security-group.ts';
import { ecsUserData } from './user-data.ts';

const ECS_OPTIMISED_IMAGE = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id';

/** Instances follow tasks, by the metric CapacityProviderReservation (ECS cluster-auto-scaling). */
export interface ManagedScaling {
  /** Percentage of the group that tasks should fill, 1–100; less keeps instances in reserve. @default 100 */
  readonly targetCapacityPercent?: number;
  /** Fewest instances that come at once, 1–10000. @default 1 */
  readonly minimumStep?: number;
  /** Most instances that come at once, 1–10000. @default 10 */
  readonly maximumStep?: number;
  /** A new instance counts after so long, 0–10000 s. @default 300 */
  readonly warmupSeconds?: number;
}

export interface Ec2CapacityProps {
  /** Name of the Auto Scaling group and capacity provider; may not start with `aws`, `ecs` or `fargate`. */
  readonly name: string;
  readonly cluster: EcsCluster;
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
  /** @default t3.small (2 vCPU, 2 GiB) */
  readonly instanceType?: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Instances at the start; afterwards managed scaling's business. @default minInstances */
  readonly desiredInstances?: number;
  /** Range of dynamic host ports on each instance, inside the security group's. @default the image's own, 32768–60999 */
  readonly hostPorts?: PortRange;
  /** How instances follow tasks; `off` leaves their number to Terraform. @default on, see ManagedScaling */
  readonly managedScaling?: ManagedScaling | 'off';
  /** An instance that ends has its tasks moved first. @default true */
  readonly managedDraining?: boolean;
  /** Scaling in never ends an instance that still runs tasks; needs managed scaling. @default false */
  readonly terminationProtection?: boolean;
  /** Root volume, encrypted. @default 30 GiB, what the ECS-optimised image needs */
  readonly rootVolumeGiB?: number;
  /** Of what is launched: instances and volumes, beside `Name`. @default none */
  readonly tags?: Tags;
}

/** Container instances for a cluster: launch template, Auto Scaling group, capacity provider with managed scaling. */
export class Ec2Capacity extends Construct {
  /** Name for capacity provider strategies. */
  readonly capacityProviderName: string;
  readonly autoScalingGroupName: string;

  constructor(scope: Construct, id: string, props: Ec2CapacityProps) {
    super(scope, id);
    validate(scope, id, props);
    const protect = props.terminationProtection ?? false;
    const { managedScaling = {} } = props;
    const followsTasks = managedScaling !== 'off';
    const role = new Role(this, 'role', {
      name: `${props.name}-instance`,
      description: `ECS agent on the instances of ${props.name}`,
      servicePrincipal: 'ec2.amazonaws.com',
      statements: instanceStatements(props.cluster.arn),
    });
    const template = this.#launchTemplate(props, role);
    const group = new AutoscalingGroup(this, 'group', {
      name: props.name,
      minSize: props.minInstances,
      maxSize: props.maxInstances,
      desiredCapacity: props.desiredInstances ?? props.minInstances,
      vpcZoneIdentifier: props.subnetIds,
      launchTemplate: { id: template.id, version: '$Latest' },
      healthCheckType: 'EC2',
      protectFromScaleIn: protect,
      // Without it an Auto Scaling group with protected instances cannot be destroyed.
      forceDelete: protect,
      tag: [
        ...groupTags({ ...props.tags, Name: props.name }),
        // ECS adds it to groups that it scales; named here, so that Terraform does not take it away again.
        ...(followsTasks ? [{ key: 'AmazonECSManaged', value: 'true', propagateAtLaunch: true }] : []),
      ],
      lifecycle: followsTasks ? { ignoreChanges: ['desired_capacity'] } : undefined,
      // An agent that may not register yet gives up; and at the end it says goodbye with the same rights.
      dependsOn: [...role.permissions],
    });
    const provider = new EcsCapacityProvider(this, 'provider', {
      name: props.name,
      autoScalingGroupProvider: {
        autoScalingGroupArn: group.arn,
        managedDraining: (props.managedDraining ?? true) ? 'ENABLED' : 'DISABLED',
        managedTerminationProtection: protect ? 'ENABLED' : 'DISABLED',
        managedScaling: followsTasks ? scalingConfig(managedScaling) : { status: 'DISABLED' },
      },
    });
    this.capacityProviderName = provider.name;
    this.autoScalingGroupName = group.name;
  }

  #launchTemplate(props: Ec2CapacityProps, role: Role): LaunchTemplate {
    const profile = new IamInstanceProfile(this, 'profile', { name: `${props.name}-instance`, role: role.name });
    const image = new DataAwsSsmParameter(this, 'image', { name: ECS_OPTIMISED_IMAGE });
    return new LaunchTemplate(this, 'template', {
      name: props.name,
      imageId: image.value,
      instanceType: props.instanceType ?? 't3.small',
      updateDefaultVersion: true,
      vpcSecurityGroupIds: props.securityGroupIds,
      iamInstanceProfile: { arn: profile.arn },
      // Hop limit 1 keeps containers on the bridge network away from the instance's own credentials.
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      tagSpecifications: volumeTags({ ...props.tags, Name: props.name }),
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeSize: props.rootVolumeGiB ?? 30,
            volumeType: 'gp3',
            encrypted: 'true',
            deleteOnTermination: 'true',
          },
        },
      ],
      userData: Fn.base64encode(ecsUserData({ clusterName: props.cluster.name, hostPorts: props.hostPorts })),
    });
  }
}

function scalingConfig(scaling: ManagedScaling) {
  return {
    status: 'ENABLED',
    targetCapacity: scaling.targetCapacityPercent ?? 100,
    minimumScalingStepSize: scaling.minimumStep ?? 1,
    maximumScalingStepSize: scaling.maximumStep ?? 10,
    instanceWarmupPeriod: scaling.warmupSeconds ?? 300,
  };
}

function validate(scope: Construct, id: string, props: Ec2CapacityProps): void {
  const { minInstances, maxInstances, desiredInstances = minInstances, hostPorts } = props;
  const ports = DYNAMIC_HOST_PORTS;
  const check = new PropCheck(scope, id);
  checkScaling(check, props);
  check
    .matches('name', props.name, {
      pattern: /^(?!aws|ecs|fargate)[\w-]{1,55}$/i,
      rule: '1–55 letters, digits, hyphens, underscores, not starting with aws, ecs or fargate (ECS CreateCapacityProvider; 55 leaves room for the role)',
    })
    .matches('instanceType', props.instanceType, {
      pattern: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
      rule: 'an EC2 instance type',
      fix: 'use a type such as t3.small',
    })
    .range('minInstances', minInstances, { min: 0, max: 10_000 })
    .range('maxInstances', maxInstances, { min: 1, max: 10_000 })
    .range('rootVolumeGiB', props.rootVolumeGiB, { min: 30, max: 16_384, unit: 'GiB' })
    .that(minInstances <= desiredInstances && desiredInstances <= maxInstances, {
      prop: 'desiredInstances',
      value: { minInstances, desiredInstances, maxInstances },
      rule: 'minInstances ≤ desiredInstances ≤ maxInstances',
      fix: 'put desiredInstances between the two',
    })
    .that(!hostPorts || (ports.from <= hostPorts.from && hostPorts.from < hostPorts.to && hostPorts.to <= ports.to), {
      prop: 'hostPorts',
      value: hostPorts,
      rule: `a range inside ${ports.from}–${ports.to}, what the load balancer may reach`,
      fix: 'narrow the range, or widen the security group with it',
    })
    .done();
}

function checkScaling(
  check: PropCheck,
  { managedScaling = {}, terminationProtection = false }: Ec2CapacityProps,
): void {
  const source = 'ECS ManagedScaling';
  check.that(managedScaling !== 'off' || !terminationProtection, {
    prop: 'terminationProtection',
    value: terminationProtection,
    rule: 'only with managed scaling, which lifts the protection of empty instances (ECS managed-termination-protection)',
    fix: 'turn managedScaling on, or leave the protection out',
  });
  if (managedScaling === 'off') return;
  const { targetCapacityPercent, minimumStep = 1, maximumStep = 10, warmupSeconds } = managedScaling;
  check
    .range('managedScaling.targetCapacityPercent', targetCapacityPercent, { min: 1, max: 100, source })
    .range('managedScaling.minimumStep', minimumStep, { min: 1, max: 10_000, source })
    .range('managedScaling.maximumStep', maximumStep, { min: 1, max: 10_000, source })
    .range('managedScaling.warmupSeconds', warmupSeconds, { min: 0, max: 10_000, unit: 'seconds', source })
    .that(minimumStep <= maximumStep, {
      prop: 'managedScaling',
      value: { minimumStep, maximumStep },
      rule: `minimumStep is at most maximumStep (${source})`,
      fix: 'swap the two',
    });
}
