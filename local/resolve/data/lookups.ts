/** Data sources that look up a resource: by the attributes they give, among the stacks that are read. */
import { CutoverError } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import { arnOf, ec2Id, hex, textOf, uuid } from '../names.ts';
import { publicParameter } from './ambient.ts';
import type { DataContext, DataSource, Findable } from './index.ts';

const MADE_UP = 'what is not in the stacks is taken to exist, with made-up ids';

/** Resources of a type whose attributes are all as the data source gives them. */
function matching(
  { attribute, resources }: DataContext,
  type: string,
  by: Readonly<Record<string, string>>,
): Findable[] {
  const wanted = Object.entries(by)
    .map(([given, theirs]) => [theirs, attribute(given)] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  if (wanted.length === 0) return [];
  return resources(type).filter((r) => wanted.every(([name, value]) => r.attribute(name) === value));
}

/** @param by attribute of the data source → attribute of the resource */
export function lookup(
  type: string,
  by: Readonly<Record<string, string>>,
  otherwise?: (context: DataContext) => Json,
): DataSource {
  return {
    read: (context) => {
      const [found] = matching(context, type, by);
      if (found) return found.all();
      if (otherwise) return otherwise(context);
      const asked = Object.keys(by)
        .map((name) => [name, context.attribute(name)] as const)
        .filter(([, value]) => value !== undefined);
      throw missing(
        context,
        `there is no ${type} with ${asked.map(([n, v]) => `${n} ${JSON.stringify(v)}`).join(', ') || 'what it asks for'}`,
      );
    },
    dependsOn: (context) => matching(context, type, by).map((r) => r.address),
    ...(otherwise ? { approximated: MADE_UP } : {}),
  };
}

const missing = (context: DataContext, message: string): CutoverError =>
  new CutoverError({
    code: 'DANGLING_REFERENCE',
    address: context.block.address,
    message,
    rule: 'a data source finds what the stacks that are read declare',
    fix: 'declare it in one of the stacks, or read the stack that does',
  });

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

/** Subnets of the network in the `vpc-id` filter, and with the tags asked for; two of a network that the stacks do not declare. */
const subnets: DataSource = {
  read: (context) => {
    const found = subnetsIn(context).map((s) => s.attribute('id'));
    const ids = found.length > 0 ? found : ['a', 'b'].map((zone) => ec2Id('subnet', `${vpcFilter(context)}/${zone}`));
    return { id: context.names.region, ids };
  },
  dependsOn: (context) => subnetsIn(context).map((s) => s.address),
  approximated: MADE_UP,
};

const filtersOf = ({ attribute }: DataContext): [name: string, values: readonly unknown[]][] =>
  [attribute('filter') ?? []]
    .flat()
    .filter(isObject)
    .map((f) => [textOf(f['name']), [f['values'] ?? []].flat()]);

const vpcFilter = (context: DataContext): unknown => filtersOf(context).find(([name]) => name === 'vpc-id')?.[1][0];

/** `tags`, and filters of `tag:NAME`: each must be there with one of the values (EC2 DescribeSubnets). */
function hasTags(context: DataContext, found: Findable): boolean {
  const own = found.attribute('tags');
  const tags = isObject(own) ? own : {};
  const asked = context.attribute('tags');
  const wanted: [string, readonly unknown[]][] = [
    ...Object.entries(isObject(asked) ? asked : {}).map(([name, value]): [string, unknown[]] => [name, [value]]),
    ...filtersOf(context).flatMap(([name, values]): [string, readonly unknown[]][] =>
      name.startsWith('tag:') ? [[name.slice('tag:'.length), values]] : [],
    ),
  ];
  return wanted.every(([name, values]) => Object.hasOwn(tags, name) && values.map(String).includes(String(tags[name])));
}

function subnetsIn(context: DataContext): Findable[] {
  const wanted = vpcFilter(context);
  return context
    .resources('aws_subnet')
    .filter((s) => wanted === undefined || s.attribute('vpc_id') === wanted)
    .filter((s) => hasTags(context, s));
}

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

const securityGroup = lookup('aws_security_group', { id: 'id', name: 'name' }, (context) => {
  const { names, attribute } = context;
  // Every network has a group of this name; another one that the stacks do not declare is most likely a wrong name.
  if (attribute('id') === undefined && attribute('name') !== 'default')
    throw missing(context, `there is no aws_security_group with name ${JSON.stringify(attribute('name') ?? null)}`);
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
  aws_subnet: lookup('aws_subnet', { id: 'id', cidr_block: 'cidr_block' }, ({ names, attribute, block }) => {
    const id = textOf(attribute('id'), ec2Id('subnet', block.address));
    const zone = textOf(attribute('availability_zone'), `${names.region}a`);
    return { id, arn: arnOf(names, 'ec2', `subnet/${id}`), availability_zone: zone, vpc_id: ec2Id('vpc', 'default') };
  }),
  aws_security_group: securityGroup,
  aws_route53_zone: zone,
  aws_acm_certificate: certificate,
  aws_secretsmanager_secret: secret,
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
