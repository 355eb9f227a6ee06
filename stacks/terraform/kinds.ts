/** Which kind of the census (census.py) shows a resource of each Terraform type that the stacks make. */
import type { Census } from './held.ts';

/** What the census counts by itself. */
const COUNTED: Readonly<Record<string, string>> = {
  aws_api_gateway_api_key: 'API key',
  aws_api_gateway_rest_api: 'REST API',
  aws_api_gateway_usage_plan: 'usage plan',
  aws_appautoscaling_policy: 'scaling policy',
  aws_appautoscaling_scheduled_action: 'scheduled action',
  aws_appautoscaling_target: 'scalable target',
  aws_autoscaling_group: 'auto scaling group',
  aws_cloudwatch_dashboard: 'dashboard',
  aws_cloudwatch_log_group: 'log group',
  aws_cloudwatch_metric_alarm: 'alarm',
  aws_codedeploy_app: 'CodeDeploy application',
  aws_codedeploy_deployment_config: 'deployment configuration',
  aws_dynamodb_table: 'table',
  aws_ecr_repository: 'repository',
  aws_ecs_capacity_provider: 'ecs capacity provider',
  aws_ecs_cluster: 'ecs cluster',
  aws_ecs_service: 'ecs service',
  aws_ecs_task_definition: 'ecs task definition',
  aws_eip: 'ec2 address',
  aws_iam_instance_profile: 'iam instance profile',
  aws_iam_role: 'iam role',
  aws_iam_service_linked_role: 'iam service-linked role',
  aws_internet_gateway: 'ec2 internet gateway',
  aws_lambda_function: 'function',
  aws_launch_template: 'ec2 launch template',
  aws_lb: 'load balancer',
  aws_lb_target_group: 'target group',
  aws_nat_gateway: 'ec2 nat gateway',
  aws_route_table: 'ec2 route table',
  aws_s3_bucket: 'bucket',
  aws_security_group: 'ec2 security group',
  aws_sns_topic: 'topic',
  aws_sns_topic_subscription: 'subscription',
  aws_sqs_queue: 'queue',
  aws_ssm_parameter: 'parameter',
  aws_subnet: 'ec2 subnet',
  aws_vpc: 'ec2 vpc',
  aws_vpc_endpoint: 'ec2 vpc endpoint',
};

/** What cannot be there without another resource, and goes with it. */
const PARTS: Readonly<Record<string, string>> = {
  aws_api_gateway_deployment: 'aws_api_gateway_rest_api',
  aws_api_gateway_integration: 'aws_api_gateway_rest_api',
  aws_api_gateway_method: 'aws_api_gateway_rest_api',
  aws_api_gateway_method_settings: 'aws_api_gateway_rest_api',
  aws_api_gateway_resource: 'aws_api_gateway_rest_api',
  aws_api_gateway_stage: 'aws_api_gateway_rest_api',
  aws_api_gateway_usage_plan_key: 'aws_api_gateway_usage_plan',
  aws_codedeploy_deployment_group: 'aws_codedeploy_app',
  aws_default_security_group: 'aws_vpc',
  aws_ecr_lifecycle_policy: 'aws_ecr_repository',
  aws_ecs_cluster_capacity_providers: 'aws_ecs_cluster',
  aws_iam_role_policy: 'aws_iam_role',
  aws_iam_role_policy_attachment: 'aws_iam_role',
  aws_lb_listener: 'aws_lb',
  aws_lb_listener_rule: 'aws_lb',
  aws_route: 'aws_route_table',
  aws_route_table_association: 'aws_route_table',
  aws_s3_bucket_lifecycle_configuration: 'aws_s3_bucket',
  aws_s3_bucket_policy: 'aws_s3_bucket',
  aws_s3_bucket_public_access_block: 'aws_s3_bucket',
  aws_s3_bucket_server_side_encryption_configuration: 'aws_s3_bucket',
  aws_s3_bucket_versioning: 'aws_s3_bucket',
  aws_s3_object: 'aws_s3_bucket',
  aws_sqs_queue_policy: 'aws_sqs_queue',
  aws_vpc_security_group_egress_rule: 'aws_security_group',
  aws_vpc_security_group_ingress_rule: 'aws_security_group',
  aws_wafv2_web_acl_association: 'aws_lb',
};

/** What leaves nothing behind: a setting that each account has, and what is in the state alone. */
const NOTHING_OF_ITS_OWN: readonly string[] = ['aws_api_gateway_account', 'terraform_data'];

/** @returns the census's kind for a type, null where it needs none, undefined where nobody has said */
export function kindOf(type: string): string | null | undefined {
  if (NOTHING_OF_ITS_OWN.includes(type)) return null;
  return COUNTED[PARTS[type] ?? type];
}

/** Types of which the census shows nothing, though resources of them are there: it would not see them left behind. */
export function unseen(types: Iterable<string>, there: Census): readonly string[] {
  return [...new Set(types)].filter((type) => {
    const kind = kindOf(type);
    return kind === undefined || (kind !== null && !there[kind]?.length);
  });
}
