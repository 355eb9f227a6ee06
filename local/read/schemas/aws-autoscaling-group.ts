/** aws_autoscaling_group and aws_launch_template (EC2 Auto Scaling). */
import { block, blocks, COMMON, inert, number, refused, schema, text, texts } from '../schema.ts';

const MACHINE = 'an instance here is an address with a size, not a machine';
const DISK = 'an instance here has no disk';
const POLICY = 'groups are scaled by capacity providers and by hand only';
const SPOT = 'spot interruptions are not modelled';

export const LAUNCH_TEMPLATE = schema(['aws_launch_template'], {
  name: text(),
  name_prefix: text(),
  instance_type: text(),
  user_data: text({ pattern: /^[A-Za-z0-9+/\s]*={0,2}\s*$/, rule: 'base64 (EC2 launch templates)' }),
  vpc_security_group_ids: texts(),
  network_interfaces: blocks({
    security_groups: texts(),
    associate_public_ip_address: inert('an instance here has one loopback address'),
    delete_on_termination: inert('an instance here has one loopback address'),
    device_index: inert('an instance here has one loopback address'),
    subnet_id: inert('the group’s subnets decide the zones'),
    description: inert('for people'),
  }),
  image_id: inert(MACHINE),
  instance_requirements: refused('an instance here has the size of a named type'),
  security_group_names: refused('use vpc_security_group_ids'),
  iam_instance_profile: inert('processes on one machine have the rights of whoever started them'),
  block_device_mappings: inert(DISK),
  ebs_optimized: inert(DISK),
  metadata_options: inert('there is no instance metadata service'),
  update_default_version: inert('the newest version is always used'),
  default_version: inert('the newest version is always used'),
  key_name: inert('there is no host to log in to'),
  monitoring: inert(MACHINE),
  tag_specifications: inert('tags are kept and shown; nothing here acts on them'),
  description: inert('for people'),
  credit_specification: inert('CPU credits are not modelled'),
  cpu_options: inert(MACHINE),
  capacity_reservation_specification: inert(MACHINE),
  enclave_options: inert(MACHINE),
  hibernation_options: inert(MACHINE),
  maintenance_options: inert(MACHINE),
  private_dns_name_options: inert(MACHINE),
  kernel_id: inert(MACHINE),
  ram_disk_id: inert(MACHINE),
  license_specification: inert(MACHINE),
  disable_api_stop: inert('nothing here asks before terminating'),
  disable_api_termination: inert('nothing here asks before terminating'),
  instance_initiated_shutdown_behavior: inert('an instance here ends when the group says so'),
  instance_market_options: inert(SPOT),
  placement: inert('all instances are on one machine'),
  ...COMMON,
});

const TEMPLATE_REFERENCE = {
  id: text(),
  name: text(),
  version: inert('the newest version is always used'),
} as const;

const OVERRIDDEN_REFERENCE = {
  launch_template_id: text(),
  launch_template_name: text(),
  version: inert('the newest version is always used'),
} as const;

/** A target group of an Auto Scaling group, in a resource of its own. */
export const ATTACHMENT = schema(['aws_autoscaling_attachment'], {
  autoscaling_group_name: text({ required: true }),
  lb_target_group_arn: text({ required: true }),
  elb: refused('classic load balancers are not run here'),
  region: COMMON.region,
});

export const AUTO_SCALING_GROUP = schema(['aws_autoscaling_group'], {
  name: text(),
  name_prefix: text(),
  min_size: number({ required: true, min: 0, max: 10_000 }),
  max_size: number({ required: true, min: 0, max: 10_000 }),
  desired_capacity: number({ min: 0, max: 10_000 }),
  vpc_zone_identifier: texts(),
  availability_zones: texts(),
  launch_template: block(TEMPLATE_REFERENCE),
  mixed_instances_policy: block({
    launch_template: block(
      {
        launch_template_specification: block(OVERRIDDEN_REFERENCE, { required: true }),
        override: blocks({
          instance_type: text({ approximated: 'every instance is of the first type of the list' }),
          weighted_capacity: text({ approximated: 'capacity is counted in instances, whatever they weigh' }),
          launch_template_specification: refused('one template a group'),
          instance_requirements: refused('an instance here has the size of a named type'),
        }),
      },
      { required: true },
    ),
    instances_distribution: inert(SPOT),
  }),
  target_group_arns: texts(),
  tag: inert('tags are kept and shown; nothing here acts on them'),
  /** EC2's own checks cannot fail here; a load balancer's can. */
  health_check_type: text({ pattern: /^(EC2|ELB|EBS|VPC_LATTICE)$/, rule: 'EC2, ELB, EBS or VPC_LATTICE' }),
  health_check_grace_period: number({ min: 0 }),
  force_delete: inert('a group that is deleted drains its instances first'),
  force_delete_warm_pool: inert('groups here go at once'),
  protect_from_scale_in: inert('managed termination protection is the capacity provider’s'),
  default_cooldown: inert(POLICY),
  default_instance_warmup: inert(POLICY),
  desired_capacity_type: inert('capacity is counted in instances'),
  termination_policies: inert('zones stay balanced, then the oldest instance goes first'),
  instance_refresh: inert('a new launch template holds for new instances only'),
  instance_maintenance_policy: inert('a new launch template holds for new instances only'),
  enabled_metrics: inert('group metrics are not published'),
  metrics_granularity: inert('group metrics are not published'),
  wait_for_capacity_timeout: inert('capacity is there when instances have booted'),
  min_elb_capacity: inert('capacity is there when instances have booted'),
  wait_for_elb_capacity: inert('capacity is there when instances have booted'),
  service_linked_role_arn: inert('processes on one machine have the rights of whoever started them'),
  suspended_processes: inert(POLICY),
  max_instance_lifetime: inert('a plane lives for hours at most'),
  capacity_rebalance: inert(SPOT),
  context: inert(MACHINE),
  capacity_reservation_specification: inert(MACHINE),
  launch_configuration: refused('launch configurations are retired; use a launch template'),
  load_balancers: refused('classic load balancers are not run here'),
  traffic_source: refused('use target_group_arns'),
  warm_pool: refused('warm pools are not modelled'),
  initial_lifecycle_hook: inert('only hooks put through the endpoint hold an instance'),
  placement_group: inert('all instances are on one machine'),
  availability_zone_distribution: inert('instances are spread evenly over the zones'),
  ignore_failed_scaling_activities: inert('of the Terraform run itself'),
  tags: COMMON.tags,
  timeouts: COMMON.timeouts,
  region: COMMON.region,
});
