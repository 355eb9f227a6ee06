import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group/index.js';
import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile/index.js';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template/index.js';
import { Construct, Fn, type ITerraformDependable } from './cdktf.ts';
import { groupTags, type Tags, volumeTags } from './launched-tags.ts';
import type { PolicyStatement } from './policy.ts';
import { PropCheck } from './prop-check.ts';
import { Role } from './role.ts';

const AMAZON_LINUX = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const ROOT_DEVICE = '/dev/xvda';
/** As large as the image's own. */
const ROOT_VOLUME_GIB = 8;

export interface InstanceFleetProps {
  /** 1–55 letters, digits, hyphens, underscores. */
  readonly name: string;
  /** Script that installs and starts the application; references inside it stay references. */
  readonly userData: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Target group of type `instance` that the instances register with. */
  readonly targetGroupArn: string;
  /** 0 keeps the group, and so the way back, without instances. */
  readonly instances: number;
  /** @default t3.small */
  readonly instanceType?: string;
  /** What the application on the instances may call. */
  readonly statements: readonly PolicyStatement[];
  /** What must be there before the number of instances changes. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** Of what is launched: instances and volumes, beside `Name`. @default none */
  readonly tags?: Tags;
}

/** Instances that run an application by themselves, without containers, behind a target group. */
export class InstanceFleet extends Construct {
  readonly group: AutoscalingGroup;

  constructor(scope: Construct, id: string, props: InstanceFleetProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, { pattern: /^[\w-]{1,55}$/, rule: '1–55 letters, digits, hyphens, underscores' })
      .range('instances', props.instances, { min: 0, max: 500 })
      .that(Buffer.byteLength(props.userData) <= 16_384, {
        prop: 'userData',
        value: `${Buffer.byteLength(props.userData)} bytes`,
        rule: 'at most 16 KiB (EC2 user-data)',
        fix: 'fetch what is large from S3',
      })
      .done();
    const role = new Role(this, 'role', {
      name: `${props.name}-instance`,
      description: `What ${props.name} may call`,
      servicePrincipal: 'ec2.amazonaws.com',
      statements: props.statements,
    });
    const template = this.#template(props, role);
    this.group = new AutoscalingGroup(this, 'group', {
      name: props.name,
      minSize: props.instances,
      maxSize: props.instances,
      desiredCapacity: props.instances,
      vpcZoneIdentifier: [...props.subnetIds],
      launchTemplate: { id: template.id, version: '$Latest' },
      targetGroupArns: [props.targetGroupArn],
      // An instance whose application does not answer is replaced, not only one that is down.
      healthCheckType: 'ELB',
      healthCheckGracePeriod: 180,
      tag: groupTags({ ...props.tags, Name: props.name }),
      // User data runs once: what it may not fetch yet is never there.
      dependsOn: [...role.permissions, ...(props.after ?? [])],
    });
  }

  #template(props: InstanceFleetProps, role: Role): LaunchTemplate {
    const profile = new IamInstanceProfile(this, 'profile', { name: `${props.name}-instance`, role: role.name });
    const image = new DataAwsSsmParameter(this, 'image', { name: AMAZON_LINUX });
    return new LaunchTemplate(this, 'template', {
      name: props.name,
      imageId: image.value,
      instanceType: props.instanceType ?? 't3.small',
      updateDefaultVersion: true,
      vpcSecurityGroupIds: [...props.securityGroupIds],
      iamInstanceProfile: { arn: profile.arn },
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      userData: Fn.base64encode(props.userData),
      tagSpecifications: volumeTags({ ...props.tags, Name: props.name }),
      // An image's own root volume is not encrypted.
      blockDeviceMappings: [
        {
          deviceName: ROOT_DEVICE,
          ebs: { volumeSize: ROOT_VOLUME_GIB, volumeType: 'gp3', encrypted: 'true', deleteOnTermination: 'true' },
        },
      ],
    });
  }
}
