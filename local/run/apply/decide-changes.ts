/**
 * What `terraform apply` would do to get from one topology to the next: pure, no effects.
 * The caller (apply.ts) carries the changes out; plan only prints them.
 */
import { COLLECTIONS } from '../../resolve/build.ts';
import type { Address, ResourceBase, Topology } from '../../topology.ts';
import type { Change } from '../contracts.ts';

/** Attributes whose change makes Terraform destroy and create the resource again (provider schema: ForceNew). */
const FORCES_REPLACEMENT: Readonly<Record<string, readonly string[]>> = {
  aws_lb: ['name', 'name_prefix', 'internal', 'load_balancer_type'],
  aws_alb: ['name', 'name_prefix', 'internal', 'load_balancer_type'],
  aws_lb_target_group: ['name', 'name_prefix', 'port', 'protocol', 'protocol_version', 'target_type', 'vpc_id'],
  aws_lb_listener: ['load_balancer_arn'],
  aws_lb_listener_rule: ['listener_arn'],
  aws_ecs_cluster: ['name'],
  aws_ecs_service: ['name', 'cluster', 'launch_type', 'scheduling_strategy', 'deployment_controller'],
  aws_ecs_task_definition: ['*'],
  aws_ecs_capacity_provider: ['name', 'auto_scaling_group_provider.auto_scaling_group_arn'],
  aws_autoscaling_group: ['name', 'name_prefix'],
  aws_sns_topic: ['name', 'name_prefix', 'fifo_topic'],
  aws_sns_topic_subscription: ['topic_arn', 'protocol', 'endpoint'],
  aws_sqs_queue: ['name', 'name_prefix', 'fifo_queue'],
  aws_ssm_parameter: ['name'],
  aws_secretsmanager_secret_version: ['secret_id', 'secret_string'],
  aws_cloudwatch_log_group: ['name', 'name_prefix'],
  aws_dynamodb_table: ['name', 'hash_key', 'range_key'],
  aws_ecr_repository: ['name'],
  aws_security_group: ['name', 'name_prefix', 'vpc_id', 'description'],
  aws_subnet: ['vpc_id', 'cidr_block', 'availability_zone'],
  aws_vpc: ['cidr_block'],
  aws_codedeploy_app: ['compute_platform'],
  aws_codedeploy_deployment_config: [
    'deployment_config_name',
    'compute_platform',
    'traffic_routing_config',
    'minimum_healthy_hosts',
    'zonal_config',
  ],
  aws_codedeploy_deployment_group: ['app_name'],
  aws_lambda_function: ['function_name', 'package_type'],
  aws_s3_object: ['bucket', 'key'],
  aws_s3_bucket_object: ['bucket', 'key'],
  aws_cloudwatch_metric_alarm: ['alarm_name'],
  aws_appautoscaling_target: ['resource_id', 'scalable_dimension', 'service_namespace'],
  aws_appautoscaling_policy: ['name', 'resource_id', 'scalable_dimension', 'service_namespace'],
  aws_appautoscaling_scheduled_action: ['name', 'resource_id', 'scalable_dimension', 'service_namespace'],
  aws_api_gateway_resource: ['rest_api_id'],
  aws_api_gateway_method: ['rest_api_id', 'resource_id', 'http_method'],
  aws_api_gateway_integration: ['rest_api_id', 'resource_id', 'http_method', 'type'],
  aws_api_gateway_method_response: ['rest_api_id', 'resource_id', 'http_method', 'status_code'],
  aws_api_gateway_integration_response: ['rest_api_id', 'resource_id', 'http_method', 'status_code'],
  aws_api_gateway_gateway_response: ['rest_api_id', 'response_type'],
  aws_api_gateway_deployment: ['rest_api_id', 'triggers', 'variables', 'stage_name', 'stage_description'],
  aws_api_gateway_stage: ['rest_api_id', 'stage_name'],
  aws_api_gateway_method_settings: ['rest_api_id', 'stage_name', 'method_path'],
  aws_api_gateway_api_key: ['value'],
  aws_api_gateway_usage_plan_key: ['key_id', 'key_type', 'usage_plan_id'],
  terraform_data: ['triggers_replace'],
  null_resource: ['triggers'],
};

/** Attributes by address whose live values are no longer what was applied; {@link GONE} where the thing itself is not there. */
export type Drift = ReadonlyMap<Address, readonly string[]>;
export const GONE = '(gone)';

/** Every managed resource of a topology by address. */
export function resourcesOf(topology: Topology): ReadonlyMap<Address, ResourceBase> {
  const all = COLLECTIONS.flatMap((name): readonly ResourceBase[] => topology[name]);
  return new Map(all.map((resource) => [resource.address, resource]));
}

/**
 * @param before what is applied now, by address (empty at first)
 * @param drift found by asking what runs, as Terraform's refresh does; it is put back unless `ignore_changes` names it
 * @returns puts in dependency order, then deletes in reverse dependency order; unchanged resources are absent
 */
export function decideChanges(
  before: ReadonlyMap<Address, ResourceBase>,
  next: Topology,
  drift: Drift = new Map(),
): readonly Change[] {
  const after = resourcesOf(next);
  const order = [...next.order, ...[...after.keys()].filter((address) => !next.order.includes(address))];
  const puts = order.flatMap((address): Change[] => {
    const resource = after.get(address);
    if (!resource) return [];
    const previous = before.get(address);
    // Terraform's refresh drops from its state what something else deleted, whatever is ignored.
    if (!previous || drift.get(address)?.includes(GONE))
      return [{ address, type: resource.type, action: 'create', changed: [] }];
    const drifted = withoutIgnored(drift.get(address) ?? [], resource);
    const changed = [...new Set([...changedAttributes(previous, resource), ...drifted])].sort();
    if (changed.length === 0) return [];
    const action = replaces(resource.type, changed) ? 'replace' : 'update';
    return [{ address, type: resource.type, action, changed }];
  });
  const deletes = [...before.values()]
    .filter((resource) => !after.has(resource.address))
    .map((resource): Change => ({ address: resource.address, type: resource.type, action: 'delete', changed: [] }));
  return [...puts, ...dependantsFirst(deletes, before)];
}

/** Attribute names whose resolved values differ, without the ones Terraform is told to ignore. */
export function changedAttributes(before: ResourceBase, after: ResourceBase): readonly string[] {
  if (before.digest === after.digest) return [];
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
  const differing = [...names].filter(
    (name) => JSON.stringify(before.attributes[name]) !== JSON.stringify(after.attributes[name]),
  );
  // A digest that moved while no visible attribute did is a change of a sensitive one.
  const changed = differing.length > 0 ? differing : ['(sensitive)'];
  return withoutIgnored(changed, after).sort();
}

function withoutIgnored(names: readonly string[], { ignoreChanges }: ResourceBase): string[] {
  return ignoreChanges.includes('all') ? [] : names.filter((name) => !ignoreChanges.includes(name));
}

function replaces(type: string, changed: readonly string[]): boolean {
  const forcing = FORCES_REPLACEMENT[type] ?? [];
  if (forcing.includes('*')) return changed.some((name) => name !== 'tags' && name !== 'tags_all');
  return changed.some((name) => forcing.some((f) => f === name || f.startsWith(`${name}.`)));
}

/** A resource is deleted only after everything that depended on it is. */
function dependantsFirst(deletes: readonly Change[], before: ReadonlyMap<Address, ResourceBase>): readonly Change[] {
  const doomed = new Map(deletes.map((change) => [change.address, change]));
  const out: Change[] = [];
  const seen = new Set<Address>();
  const dependants = new Map<Address, Address[]>();
  for (const address of doomed.keys())
    for (const dependency of before.get(address)?.dependsOn ?? [])
      dependants.set(dependency, [...(dependants.get(dependency) ?? []), address]);
  const visit = (address: Address): void => {
    if (seen.has(address)) return;
    seen.add(address);
    for (const dependant of dependants.get(address) ?? []) visit(dependant);
    const change = doomed.get(address);
    if (change) out.push(change);
  };
  for (const address of [...doomed.keys()].reverse()) visit(address);
  return out;
}
