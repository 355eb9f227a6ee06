/** Data sources about the account, the region, and what AWS itself publishes. */

import { zoneOfBalancers } from '../balancer-zones.ts';
import { drawnText, ec2Id, hex, textOf } from '../names.ts';
import type { DataContext, DataSource } from './index.ts';
import { policyJson } from './policy.ts';

const ZONE_LETTERS = 'abcdef';

/** Zone ids begin with a short form of the region: `use1`, `apse2`. */
const shortRegion = (region: string): string => {
  const [continent = '', ...rest] = region.split('-');
  const number = rest.pop() ?? '';
  return `${continent}${rest
    .map((part) =>
      part
        .match(/north|south|east|west|[a-z]+/g)
        ?.map((word) => word[0])
        .join(''),
    )
    .join('')}${number}`;
};

function zones({ names, attribute }: DataContext): Record<string, unknown> {
  const excluded = [attribute('exclude_names') ?? []].flat().map(String);
  const all = [...ZONE_LETTERS]
    .slice(0, names.region === 'us-east-1' ? 6 : 3)
    .map((letter, i) => ({ name: `${names.region}${letter}`, id: `${shortRegion(names.region)}-az${i + 1}` }))
    .filter((zone) => !excluded.includes(zone.name));
  return {
    id: names.region,
    names: all.map((z) => z.name),
    zone_ids: all.map((z) => z.id),
    group_names: [names.region],
  };
}

/** Images do not run here, so any stable id will do. */
function image({ attribute }: DataContext): Record<string, unknown> {
  const wanted = JSON.stringify([
    attribute('filter') ?? null,
    attribute('owners') ?? null,
    attribute('name_regex') ?? null,
  ]);
  const id = ec2Id('ami', wanted);
  return {
    id,
    image_id: id,
    name: `image-${hex(wanted, 8)}`,
    architecture: 'x86_64',
    root_device_name: '/dev/xvda',
    most_recent: true,
  };
}

/** Values under /aws/service are AWS's own (ECS retrieve-ecs-optimized_AMI). */
export function publicParameter(name: string): string {
  const id = ec2Id('ami', name.replace(/\/image_id$/, ''));
  const isWhole = name.startsWith('/aws/service/ecs/optimized-ami/') && !/\/(image_id|image_name)$/.test(name);
  return isWhole ? JSON.stringify({ image_id: id, image_name: name.split('/').slice(5).join('-'), os: 'Linux' }) : id;
}

function cannedPolicy(context: DataContext): Record<string, unknown> {
  const json = policyJson(context.attribute);
  return { id: hex(json, 10), json, minified_json: json };
}

export const AMBIENT_SOURCES: Readonly<Record<string, DataSource>> = {
  aws_region: {
    read: ({ names }) => ({
      id: names.region,
      name: names.region,
      region: names.region,
      description: names.region,
      endpoint: `ec2.${names.region}.amazonaws.com`,
    }),
  },
  aws_caller_identity: {
    read: ({ names }) => ({
      id: names.accountId,
      account_id: names.accountId,
      arn: `arn:${names.partition}:iam::${names.accountId}:root`,
      user_id: names.accountId,
    }),
  },
  aws_partition: {
    read: ({ names }) => {
      const suffix = names.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      return {
        id: names.partition,
        partition: names.partition,
        dns_suffix: suffix,
        reverse_dns_prefix: suffix.split('.').reverse().join('.'),
      };
    },
  },
  aws_default_tags: { read: ({ block }) => ({ id: hex(block.address, 8), tags: {} }) },
  aws_availability_zones: { read: zones, approximated: 'zones are named a, b, c… as most regions do' },
  aws_availability_zone: {
    read: ({ names, attribute }) => ({
      id: textOf(attribute('name'), `${names.region}a`),
      region: names.region,
      name_suffix: textOf(attribute('name'), 'a').slice(-1),
      state: 'available',
    }),
  },
  aws_iam_policy_document: { read: cannedPolicy },
  aws_ami: { read: image, approximated: 'images do not run here; the id is made up, and stable' },
  aws_elb_service_account: {
    read: ({ names }) => ({ id: '127311923021', arn: `arn:${names.partition}:iam::127311923021:root` }),
    approximated: 'one account stands for those of all regions',
  },
  aws_secretsmanager_random_password: {
    read: (context) => ({ id: hex(context.block.address, 16), random_password: drawn(context, 'password_length') }),
    secrets: ['random_password'],
  },
  aws_arn: {
    read: ({ attribute }) => {
      const [, partition = '', service = '', region = '', account = '', ...rest] = textOf(attribute('arn')).split(':');
      return { id: textOf(attribute('arn')), partition, service, region, account, resource: rest.join(':') };
    },
  },
  aws_canonical_user_id: { read: ({ names }) => ({ id: hex(names.accountId, 64), display_name: '' }) },
  aws_lb_hosted_zone_id: {
    read: ({ names, attribute }) => ({
      id: zoneOfBalancers(names.region, attribute('load_balancer_type') === 'network'),
    }),
  },
  aws_service_principal: {
    read: ({ names, attribute }) => {
      const name = `${textOf(attribute('service_name'))}.amazonaws.com`;
      return { id: name, name, region: names.region, suffix: 'amazonaws.com' };
    },
  },
  terraform_remote_state: { read: () => ({}) },
};

/** A text drawn once for the block, as long as an attribute wants it. */
export const drawn = ({ names, block, attribute }: DataContext, length: string): string =>
  drawnText(names, block.address, attribute(length));
