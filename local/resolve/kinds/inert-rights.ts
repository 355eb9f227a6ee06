/** Types of who may do what: nobody is asked here. What others read of them (ARNs, names) is as AWS makes it. */
import { type Computed, hex, nameOf, plain, textOf } from '../names.ts';

const iam =
  (resource: string, idAttribute: 'name' | 'arn' = 'name'): Computed =>
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    const arn = `arn:${names.partition}:iam::${names.accountId}:${resource}${textOf(attribute('path'), '/')}${name}`;
    return {
      id: idAttribute === 'arn' ? arn : name,
      name,
      arn,
      unique_id: `AROA${hex(block.address, 16).toUpperCase()}`,
    };
  };

/** The last part of the names of roles that AWS makes for a service (IAM using-service-linked-roles). */
const SERVICE_ROLE_NAMES: Readonly<Record<string, string>> = {
  'ecs.amazonaws.com': 'ECS',
  'autoscaling.amazonaws.com': 'AutoScaling',
  'elasticloadbalancing.amazonaws.com': 'ElasticLoadBalancing',
  'ecs.application-autoscaling.amazonaws.com': 'ApplicationAutoScaling_ECSService',
};

export const RIGHTS: Readonly<Record<string, Computed>> = {
  aws_iam_role: iam('role'),
  aws_iam_policy: iam('policy', 'arn'),
  aws_iam_instance_profile: iam('instance-profile'),
  aws_iam_role_policy: (_names, block, attribute) => {
    const name = nameOf(block, attribute);
    return { id: `${textOf(attribute('role'))}:${name}`, name };
  },
  aws_iam_role_policy_attachment: plain,
  aws_iam_user: iam('user'),
  aws_iam_group: iam('group'),
  aws_iam_user_policy: plain,
  aws_iam_user_policy_attachment: plain,
  aws_iam_group_policy: plain,
  aws_iam_group_policy_attachment: plain,
  aws_iam_group_membership: plain,
  aws_iam_openid_connect_provider: (names, _block, attribute) => {
    const host = textOf(attribute('url')).replace(/^https:\/\//, '');
    const arn = `arn:${names.partition}:iam::${names.accountId}:oidc-provider/${host}`;
    return { id: arn, arn };
  },
  aws_iam_role_policies_exclusive: plain,
  aws_iam_role_policy_attachments_exclusive: plain,
  aws_iam_policy_attachment: plain,
  aws_iam_service_linked_role: (names, _block, attribute) => {
    const service = textOf(attribute('aws_service_name'));
    const suffix = textOf(attribute('custom_suffix'));
    const name = `AWSServiceRoleFor${SERVICE_ROLE_NAMES[service] ?? service.split('.')[0] ?? ''}${suffix ? `_${suffix}` : ''}`;
    const arn = `arn:${names.partition}:iam::${names.accountId}:role/aws-service-role/${service}/${name}`;
    return { id: arn, arn, name };
  },
  aws_ecr_repository_policy: (_names, _block, attribute) => ({ id: textOf(attribute('repository')) }),
  aws_sns_topic_policy: (_names, _block, attribute) => ({ id: textOf(attribute('arn')) }),
  aws_sqs_queue_policy: (_names, _block, attribute) => ({ id: textOf(attribute('queue_url')) }),
  aws_cloudwatch_log_resource_policy: (_names, _block, attribute) => ({ id: textOf(attribute('policy_name')) }),
};
