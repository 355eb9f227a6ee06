/** Actions for which no ARN can be named (Service Authorization Reference: no resource types). */
const NAMED: ReadonlySet<string> = new Set([
  'cloudwatch:GetMetricData',
  'cloudwatch:GetMetricStatistics',
  'cloudwatch:ListMetrics',
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'ecs:CreateCluster',
  'ecs:DescribeTaskDefinition',
  'ecs:DiscoverPollEndpoint',
  'ecs:ListClusters',
  'ecs:ListTaskDefinitions',
  'kms:ListAliases',
  'kms:ListKeys',
  's3:ListAllMyBuckets',
  'secretsmanager:GetRandomPassword',
  'secretsmanager:ListSecrets',
  'ssm:DescribeParameters',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
  'sts:GetCallerIdentity',
  'tag:GetResources',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]);

/** Services of which no describing action takes one. */
const DESCRIBING = /^(?:autoscaling|ec2|elasticloadbalancing):Describe[A-Za-z]+$/;

export function takesNoArn(action: string): boolean {
  return NAMED.has(action) || DESCRIBING.test(action);
}
