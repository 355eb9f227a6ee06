/** Data sources that look up a resource: by the attributes they give, among the stacks that are read. */
import { type Json, own } from '../../read/json.ts';
import { arnOf, ec2Id, hex, textOf, uuid } from '../names.ts';
import { publicParameter } from './ambient.ts';
import type { DataContext, DataSource, Findable } from './index.ts';
import { filtersOf, lookup, MADE_UP, matching, missing, tagsWanted } from './matching.ts';

/** What a parameter was given, in whichever attribute. */
export const parameterValue = (found: Json): unknown => found['value'] ?? found['insecure_value'] ?? found['value_wo'];

const parameter = lookup('aws_ssm_parameter', { name: 'name' });

/** Values of parameters of the stacks, and AWS's public ones. */
const ssmParameter: DataSource = {
  ...parameter,
  read: (context) => {
    const name = textOf(context.attribute('name'));
    if (!name.startsWith('/aws/service/')) {
      const found = parameter.read(context);
      const value = parameterValue(found);
      return { ...found, value, insecure_value: value };
    }
    const value = publicParameter(name);
    const arn = `arn:${context.names.partition}:ssm:${context.names.region}::parameter${name}`;
    return { id: name, arn, type: 'String', version: 1, value, insecure_value: value };
  },
};

const iamRole = lookup('aws_iam_role', { name: 'name' }, ({ names, attribute, block }) => {
  const name = textOf(attribute('name'));
  return {
    id: name,
    name,
    arn: `arn:${names.partition}:iam::${names.accountId}:role/${name}`,
    unique_id: `AROA${hex(block.address, 16).toUpperCase()}`,
  };
});

/** AWS's managed policies, or one's own. */
const iamPolicy = lookup('aws_iam_policy', { name: 'name', arn: 'arn' }, ({ names, attribute }) => {
  const name = textOf(attribute('name'), textOf(attribute('arn')).split('/').at(-1));
  const arn = textOf(attribute('arn'), `arn:${names.partition}:iam::aws:policy/${name}`);
  return { id: arn, arn, name, path: '/', policy: '{}' };
});

const vpc = lookup('aws_vpc', { id: 'id', cidr_block: 'cidr_block' }, ({ names, attribute }) => {
  const id = textOf(attribute('id'), ec2Id('vpc', 'default'));
  return {
    id,
    arn: arnOf(names, 'ec2', `vpc/${id}`),
    cidr_block: '172.31.0.0/16',
    default: true,
    main_route_table_id: ec2Id('rtb', `${id}/main`),
    enable_dns_support: true,
    enable_dns_hostnames: true,
  };
});

/** Subnets with what the filters and tags ask for; two of a network that the stacks do not declare. */
const subnets: DataSource = {
  read: (context) => {
    const found = subnetsIn(context).map((s) => s.attribute('id'));
    const network = filtersOf(context).find(([name]) => name === 'vpc-id')?.[1][0];
    const ids = found.length > 0 ? found : ['a', 'b'].map((zone) => ec2Id('subnet', `${network}/${zone}`));
    return { id: context.names.region, ids };
  },
  dependsOn: (context) => subnetsIn(context).map((s) => s.address),
  approximated: MADE_UP,
};

const isAnything = (context: DataContext): boolean => filtersOf(context).length + tagsWanted(context).length === 0;

const subnetsIn = (context: DataContext): readonly Findable[] =>
  isAnything(context) ? context.resources('aws_subnet') : matching(context, 'aws_subnet', {});

const SUBNET_BY = { id: 'id', cidr_block: 'cidr_block', vpc_id: 'vpc_id', availability_zone: 'availability_zone' };

const subnet = lookup('aws_subnet', SUBNET_BY, ({ names, attribute, block }) => {
  const id = textOf(attribute('id'), ec2Id('subnet', block.address));
  const zone = textOf(attribute('availability_zone'), `${names.region}a`);
  const network = textOf(attribute('vpc_id'), ec2Id('vpc', 'default'));
  return { id, arn: arnOf(names, 'ec2', `subnet/${id}`), availability_zone: zone, vpc_id: network };
});

const loadBalancer = lookup('aws_lb', { name: 'name', arn: 'arn' });
const targetGroup = lookup('aws_lb_target_group', { name: 'name', arn: 'arn' });

/** Zones and certificates are mostly made by hand, once an account. */
const zone = lookup('aws_route53_zone', { zone_id: 'zone_id', name: 'name' }, ({ names, attribute }) => {
  const name = textOf(attribute('name')).replace(/\.$/, '');
  const id = textOf(attribute('zone_id'), `Z${hex(`zone ${name}`, 20).toUpperCase()}`);
  return { id, zone_id: id, name, arn: `arn:${names.partition}:route53:::hostedzone/${id}`, name_servers: [] };
});

const certificate = lookup('aws_acm_certificate', { domain: 'domain_name' }, ({ names, attribute }) => {
  const domain = textOf(attribute('domain'));
  const arn = arnOf(names, 'acm', `certificate/${uuid(`certificate ${domain}`)}`);
  return { id: arn, arn, domain, status: 'ISSUED' };
});

const secret = lookup('aws_secretsmanager_secret', { name: 'name', arn: 'arn' }, ({ names, attribute }) => {
  const name = textOf(attribute('name'), textOf(attribute('arn')).split(':secret:').at(-1));
  const arn = textOf(attribute('arn'), arnOf(names, 'secretsmanager', `secret:${name}-${hex(name, 6)}`));
  return { id: arn, arn, name };
});

const secretVersion = lookup('aws_secretsmanager_secret_version', { secret_id: 'secret_id' });

/** The current value of a secret, for data sources and for ephemeral resources. */
export const secretVersionSource: DataSource = {
  ...secretVersion,
  read: (context) => {
    const found = secretVersion.read(context);
    const text = own(found, 'secret_string') ?? own(found, 'secret_string_wo') ?? null;
    const { id, arn, secret_id, version_id } = found;
    const binary = own(found, 'secret_binary') ?? null;
    return { id, arn, secret_id, version_id, secret_string: text, secret_binary: binary };
  },
  secrets: ['secret_string', 'secret_binary'],
};

/** Images are named by tag here: nothing has pushed one, so that there is no digest. */
const ecrImage: DataSource = {
  read: ({ names, attribute, block }) => {
    const repository = textOf(attribute('repository_name'));
    const tag = textOf(attribute('image_tag'), 'latest');
    const digest = textOf(attribute('image_digest'), `sha256:${hex(block.address, 64)}`);
    const host = `${textOf(attribute('registry_id'), names.accountId)}.dkr.ecr.${names.region}.amazonaws.com`;
    return { id: digest, image_digest: digest, image_tags: [tag], image_uri: `${host}/${repository}:${tag}` };
  },
  approximated: 'the image is the one of the tag, which image_uri names instead of its digest',
};

const alias = lookup('aws_kms_alias', { name: 'name' }, ({ names, attribute }) => {
  const name = textOf(attribute('name'));
  const key = uuid(`key ${name}`);
  const target = arnOf(names, 'kms', `key/${key}`);
  return { id: name, name, arn: arnOf(names, 'kms', name), target_key_id: key, target_key_arn: target };
});

const prefixList = lookup('aws_ec2_managed_prefix_list', { id: 'id', name: 'name' }, ({ names, attribute }) => {
  const id = textOf(attribute('id'), ec2Id('pl', textOf(attribute('name'))));
  return { id, arn: arnOf(names, 'ec2', `prefix-list/${id}`), name: textOf(attribute('name')), entries: [] };
});

const GROUP_BY = { id: 'id', name: 'name', vpc_id: 'vpc_id' };

const securityGroup = lookup('aws_security_group', GROUP_BY, (context) => {
  const { names, attribute } = context;
  // Every network has a group of this name; another one that the stacks do not declare is most likely a wrong name.
  if (attribute('id') === undefined && attribute('name') !== 'default')
    throw missing(context, 'aws_security_group', GROUP_BY);
  const network = textOf(attribute('vpc_id'), 'default');
  const id = textOf(attribute('id'), ec2Id('sg', `${network}/default`));
  return { id, arn: arnOf(names, 'ec2', `security-group/${id}`), name: 'default', vpc_id: network };
});

export const LOOKUP_SOURCES: Readonly<Record<string, DataSource>> = {
  aws_ssm_parameter: ssmParameter,
  aws_iam_role: iamRole,
  aws_iam_policy: iamPolicy,
  aws_vpc: vpc,
  aws_subnets: subnets,
  aws_subnet: subnet,
  aws_security_group: securityGroup,
  aws_route53_zone: zone,
  aws_acm_certificate: certificate,
  aws_secretsmanager_secret: secret,
  aws_secretsmanager_secret_version: secretVersionSource,
  aws_ecr_image: ecrImage,
  aws_kms_alias: alias,
  aws_ec2_managed_prefix_list: prefixList,
  aws_prefix_list: prefixList,
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_lb_target_group: targetGroup,
  aws_alb_target_group: targetGroup,
  aws_lb_listener: lookup('aws_lb_listener', { arn: 'arn', load_balancer_arn: 'load_balancer_arn', port: 'port' }),
  aws_ecs_cluster: lookup('aws_ecs_cluster', { cluster_name: 'name' }),
  aws_ecs_service: lookup('aws_ecs_service', { service_name: 'name' }),
  aws_ecs_task_definition: lookup('aws_ecs_task_definition', { task_definition: 'family' }),
  aws_ecr_repository: lookup('aws_ecr_repository', { name: 'name' }),
  aws_sns_topic: lookup('aws_sns_topic', { name: 'name' }),
  aws_sqs_queue: lookup('aws_sqs_queue', { name: 'name' }),
  aws_dynamodb_table: lookup('aws_dynamodb_table', { name: 'name' }),
  aws_cloudwatch_log_group: lookup('aws_cloudwatch_log_group', { name: 'name' }),
  aws_launch_template: lookup('aws_launch_template', { id: 'id', name: 'name' }),
  aws_autoscaling_group: lookup('aws_autoscaling_group', { name: 'name' }),
  aws_lambda_function: lookup('aws_lambda_function', { function_name: 'function_name' }),
  aws_s3_bucket: lookup('aws_s3_bucket', { bucket: 'bucket' }),
  aws_kms_key: lookup('aws_kms_key', { key_id: 'key_id' }),
};
