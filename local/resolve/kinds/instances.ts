/** Launch templates and Auto Scaling groups: which instances there are, and what they offer. */
import type { Values } from '../../read/schema.ts';
import { ATTACHMENT, AUTO_SCALING_GROUP, LAUNCH_TEMPLATE } from '../../read/schemas/aws-autoscaling-group.ts';
import type { AutoScalingGroup } from '../../topology.ts';
import { INSTANCE_TYPES, instanceSize } from '../instance-types.ts';
import { acting, type BuildContext, contributing, type Evaluated } from '../kind.ts';
import { arnOf, ec2Id, hex, nameOf, textOf, uuid } from '../names.ts';
import { nearest } from '../nearest.ts';
import type { Report } from '../report.ts';

/** Linux's own default (≈ what an ECS-optimized image has). */
const DEFAULT_PORT_RANGE: readonly [number, number] = [32_768, 60_999];

const launchTemplate = contributing(LAUNCH_TEMPLATE, (names, block, attribute) => {
  const id = ec2Id('lt', block.address);
  return {
    id,
    name: nameOf(block, attribute),
    arn: arnOf(names, 'ec2', `launch-template/${id}`),
    latest_version: 1,
    default_version: 1,
  };
});

const autoScalingGroup = acting(
  AUTO_SCALING_GROUP,
  'autoScalingGroups',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    const arn = arnOf(names, 'autoscaling', `autoScalingGroup:${uuid(block.address)}:autoScalingGroupName/${name}`);
    return { name, id: name, arn, desired_capacity: attribute('min_size') ?? 0 };
  },
  buildGroup,
);

type Context = BuildContext<typeof AUTO_SCALING_GROUP.fields>;

function buildGroup(context: Context): AutoScalingGroup {
  const { base, values: v, computed, report } = context;
  const template = templateOf(context);
  const at = template ? report.about(template.address, template.type) : report;
  const t = (template?.values ?? null) as Values<typeof LAUNCH_TEMPLATE.fields> | null;
  // What a mixed group lists is taken instead of the template's (EC2 Auto Scaling LaunchTemplateOverrides).
  const listed = v.mixed_instances_policy?.launch_template.override.find((o) => o.instance_type !== null);
  const instanceType = listed?.instance_type ?? t?.instance_type ?? '';
  const size = sizeOf(instanceType, listed ? report : at, template !== null);
  const desired = v.desired_capacity ?? v.min_size;
  if (v.min_size > v.max_size || desired < v.min_size || desired > v.max_size)
    report.bad(
      'desired_capacity',
      { min_size: v.min_size, desired_capacity: desired, max_size: v.max_size },
      'the sizes contradict each other',
      'min_size ≤ desired_capacity ≤ max_size',
    );
  const userData = Buffer.from(t?.user_data ?? '', 'base64').toString('utf8');
  return {
    ...base,
    arn: computed('arn'),
    name: computed('name'),
    minSize: v.min_size,
    maxSize: v.max_size,
    desiredCapacity: desired,
    zones: zonesOf(context),
    instanceType,
    ...size,
    securityGroupIds: [
      ...(t?.vpc_security_group_ids ?? []),
      ...(t?.network_interfaces.flatMap((n) => n.security_groups) ?? []),
    ],
    userData,
    clusterName: clusterNamed(userData),
    ephemeralPortRange: portRange(userData, at),
    targetGroupArns: [...v.target_group_arns, ...attachedTo(computed('name'), context)],
  };
}

const attachedTo = (name: string, { all }: Context): string[] =>
  all('aws_autoscaling_attachment')
    .map((e) => e.values as Values<typeof ATTACHMENT.fields>)
    .filter((a) => a.autoscaling_group_name === name)
    .map((a) => a.lb_target_group_arn);

/** Its group holds it; the attachment itself acts on nothing else. */
const attachment = acting(
  ATTACHMENT,
  'inert',
  (_names, block) => ({ id: hex(block.address, 16) }),
  ({ values, report, all }) => {
    if (!all('aws_autoscaling_group').some(({ json }) => json['name'] === values.autoscaling_group_name))
      report.problem('DANGLING_REFERENCE', 'autoscaling_group_name', {
        message: 'there is no such Auto Scaling group',
        value: values.autoscaling_group_name,
        rule: 'the name of an aws_autoscaling_group of these stacks',
        fix: 'declare the group, or correct the name',
      });
    return null;
  },
);

function templateOf({ values, report, all }: Context): Evaluated | null {
  const mixed = values.mixed_instances_policy?.launch_template.launch_template_specification;
  const id = values.launch_template?.id ?? mixed?.launch_template_id;
  const name = values.launch_template?.name ?? mixed?.launch_template_name;
  if (!id && !name) {
    report.missing('launch_template', 'an Auto Scaling group needs a launch template, by id or name');
    return null;
  }
  const found = all('aws_launch_template').find(({ json }) => (id ? json['id'] === id : json['name'] === name));
  if (found) return found;
  report.problem('DANGLING_REFERENCE', 'launch_template', {
    message: 'there is no such launch template',
    value: id ?? name,
    rule: 'the id or name of an aws_launch_template of these stacks',
    fix: 'declare the launch template',
  });
  return null;
}

function sizeOf(type: string, report: Report, isKnown: boolean): { cpuUnits: number; memoryMiB: number } {
  const size = instanceSize(type);
  if (size || !isKnown) return size ?? { cpuUnits: 0, memoryMiB: 0 };
  if (!type) report.missing('instance_type', 'the size of an instance comes from its type');
  else {
    const close = nearest(type, INSTANCE_TYPES);
    report.problem('INVALID_ATTRIBUTE', 'instance_type', {
      message: 'the size of this instance type is not known here',
      value: type,
      rule: 'a type in local/resolve/instance-types.ts',
      fix: close ? `did you mean ${close}?` : 'choose a t2, t3, t4g, m5, m6i, m7g, c5, c6i or r5 type',
    });
  }
  return { cpuUnits: 0, memoryMiB: 0 };
}

function zonesOf({ values, names, all }: Context): string[] {
  const zones = values.vpc_zone_identifier.map((id) => {
    const subnet = all('aws_subnet').find(({ json }) => json['id'] === id);
    return textOf(subnet?.json['availability_zone'], `${names.region}a`);
  });
  const distinct = [...new Set(zones.length > 0 ? zones : values.availability_zones)];
  return distinct.length > 0 ? distinct : [`${names.region}a`];
}

/** The last `ECS_CLUSTER=name` of the user data (ECS bootstrap_container_instance). */
function clusterNamed(userData: string): string | null {
  return [...userData.matchAll(/ECS_CLUSTER\s*=\s*["']?([A-Za-z0-9_-]+)/g)].at(-1)?.[1] ?? null;
}

/** `net.ipv4.ip_local_port_range`, by sysctl or by its file under /proc. */
function portRange(userData: string, report: Report): readonly [number, number] {
  const found =
    /net\.ipv4\.ip_local_port_range\s*=\s*["']?(\d+)\s+(\d+)/.exec(userData) ??
    /["']?(\d+)\s+(\d+)["']?\s*\|?\s*(?:>|tee)\s*\/proc\/sys\/net\/ipv4\/ip_local_port_range/.exec(userData);
  if (!found) return DEFAULT_PORT_RANGE;
  const [low, high] = [Number(found[1]), Number(found[2])];
  if (!(low >= 1 && low < high && high <= 65_535))
    report.bad('user_data', found[0], 'the port range is not one', '1 ≤ low < high ≤ 65535');
  return [low, high];
}

export const INSTANCE_KINDS = [launchTemplate, autoScalingGroup, attachment];
