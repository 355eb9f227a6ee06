/** Data sources about the account, the region, and what AWS itself publishes. */
import { createHash } from 'node:crypto';
import { CutoverError } from '../../errors.ts';
import { fileProblem, findFile, MAX_READ_BYTES } from '../files.ts';
import { ec2Id, hex, textOf } from '../names.ts';
import type { DataContext, DataSource } from './index.ts';
import { policyJson } from './policy.ts';

const ZONE_LETTERS = 'abcdef';

/** Zone ids begin with a short form of the region: `use1`. */
const shortRegion = (region: string): string =>
  region.replace(/^([a-z]+)-([a-z])[a-z]*?(?:(?:north|south|east|west|central)?([ew])?)[a-z]*-(\d)$/, '$1$2$4');

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
  archive_file: {
    read: archive,
    approximated: 'the archive is not built here: the one that terraform plan left at output_path is taken',
  },
  terraform_remote_state: { read: () => ({}) },
};

/** The file that Terraform wrote. @throws CutoverError FILE_UNREADABLE */
function archive({ block, folder, attribute }: DataContext): Record<string, unknown> {
  const path = textOf(attribute('output_path'));
  const found = findFile(folder, path, MAX_READ_BYTES);
  if (typeof found === 'string')
    throw new CutoverError({
      ...fileProblem(path, found),
      address: `${block.address}.output_path`,
      fix: 'build the archive first: terraform plan leaves it there',
    });
  const hash = (algorithm: string, encoding: 'hex' | 'base64' = 'hex'): string =>
    createHash(algorithm).update(found.bytes).digest(encoding);
  return {
    id: hash('sha1'),
    output_path: path,
    output_size: found.bytes.length,
    output_md5: hash('md5'),
    output_sha: hash('sha1'),
    output_sha256: hash('sha256'),
    output_sha512: hash('sha512'),
    output_base64sha256: hash('sha256', 'base64'),
    output_base64sha512: hash('sha512', 'base64'),
  };
}

/** A text drawn once for the block, as long as an attribute wants it; default 32 characters. */
export const drawn = ({ names, block, attribute }: DataContext, length: string): string =>
  sized(names.random(block.address), Number(attribute(length) ?? 32));

/** A generated text of a wanted length, 1 to 4096. */
function sized(text: string, length: number): string {
  const size = Number.isInteger(length) ? Math.min(4096, Math.max(1, length)) : 32;
  let out = text;
  while (out.length < size) out += hex(out, 64);
  return out.slice(0, size);
}
