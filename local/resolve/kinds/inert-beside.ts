/** Types of what stands beside the services on AWS: names, certificates, file systems, settings. Here nothing asks for them. */
import { inertType, type Kind } from '../kind.ts';
import { arnOf, type Computed, ec2Id, hex, plain, textOf, uuid } from '../names.ts';

const DNS = 'names are not resolved by zones here: load balancers are asked by address';
const RECORDS = 'a name that it leads to a load balancer is that load balancer’s here; no other name is asked for';
const CERTIFICATES = 'an HTTPS listener here has a certificate of the plane’s own authority, whatever the stack names';
const FILES = 'processes share this machine’s files';
const SETTINGS = 'a setting of the account or of a queue’s senders: nobody is asked here';
const TERRAFORM = 'of the Terraform run itself';
const BACKUP = 'there are no backups, and nothing is billed';

const certificate: Computed = (names, block, attribute) => {
  const arn = arnOf(names, 'acm', `certificate/${uuid(block.address)}`);
  const domains = [attribute('domain_name') ?? '', attribute('subject_alternative_names') ?? []].flat().map(String);
  return {
    id: arn,
    arn,
    status: 'ISSUED',
    type: 'AMAZON_ISSUED',
    domain_validation_options: [...new Set(domains)].map((domain) => ({
      domain_name: domain,
      resource_record_name: `_${hex(domain, 32)}.${domain.replace(/^\*\./, '')}.`,
      resource_record_type: 'CNAME',
      resource_record_value: `_${hex(`${domain}/value`, 32)}.acm-validations.aws.`,
    })),
    validation_emails: [],
  };
};

const zone: Computed = (names, block, attribute) => {
  const id = `Z${hex(block.address, 20).toUpperCase()}`;
  return {
    id,
    zone_id: id,
    arn: `arn:${names.partition}:route53:::hostedzone/${id}`,
    name: textOf(attribute('name')).replace(/\.$/, ''),
    name_servers: [1, 2, 3, 4].map((n) => `ns-${n}.awsdns-0${n}.example`),
    primary_name_server: 'ns-1.awsdns-01.example',
  };
};

const record: Computed = (_names, _block, attribute) => {
  const name = textOf(attribute('name'));
  return { id: [attribute('zone_id'), name, attribute('type')].map((v) => textOf(v)).join('_'), fqdn: name };
};

const fileSystem: Computed = (names, block) => {
  const id = ec2Id('fs', block.address);
  return {
    id,
    arn: arnOf(names, 'elasticfilesystem', `file-system/${id}`),
    dns_name: `${id}.efs.${names.region}.amazonaws.com`,
    name: '',
    number_of_mount_targets: 0,
  };
};

const accessPoint: Computed = (names, block) => {
  const id = ec2Id('fsap', block.address);
  return { id, arn: arnOf(names, 'elasticfilesystem', `access-point/${id}`) };
};

const mountTarget: Computed = (names, block, attribute) => {
  const id = ec2Id('fsmt', block.address);
  const host = `${textOf(attribute('file_system_id'))}.efs.${names.region}.amazonaws.com`;
  return { id, dns_name: host, mount_target_dns_name: host, network_interface_id: ec2Id('eni', block.address) };
};

const prefixList: Computed = (names, block) => {
  const id = ec2Id('pl', block.address);
  return { id, arn: arnOf(names, 'ec2', `prefix-list/${id}`) };
};

export const BESIDE_TYPES: readonly Kind[] = [
  inertType(['aws_acm_certificate'], CERTIFICATES, certificate),
  inertType(['aws_acm_certificate_validation'], CERTIFICATES, (_names, _block, attribute) => ({
    id: textOf(attribute('certificate_arn')),
  })),
  inertType(['aws_lb_listener_certificate', 'aws_alb_listener_certificate'], CERTIFICATES, plain),
  inertType(['aws_route53_zone'], DNS, zone),
  inertType(['aws_route53_record'], RECORDS, record),
  inertType(['aws_route53_health_check', 'aws_route53_zone_association'], DNS, plain),
  inertType(['aws_efs_file_system'], FILES, fileSystem),
  inertType(['aws_efs_access_point'], FILES, accessPoint),
  inertType(['aws_efs_mount_target'], FILES, mountTarget),
  inertType(['aws_efs_backup_policy', 'aws_efs_file_system_policy'], FILES, plain),
  inertType(['aws_ec2_managed_prefix_list'], 'addresses on one machine need no network of their own', prefixList),
  inertType(['aws_ec2_managed_prefix_list_entry'], 'addresses on one machine need no network of their own', plain),
  inertType(
    [
      'aws_ecs_account_setting_default',
      'aws_ecs_tag',
      'aws_sqs_queue_redrive_allow_policy',
      'aws_sns_topic_data_protection_policy',
      'aws_cloudwatch_query_definition',
      'aws_s3_bucket_cors_configuration',
      'aws_s3_account_public_access_block',
      'aws_ebs_encryption_by_default',
    ],
    SETTINGS,
    plain,
  ),
  inertType(
    ['aws_backup_plan', 'aws_backup_vault', 'aws_backup_selection', 'aws_budgets_budget'],
    BACKUP,
    (names, block) => ({ id: hex(block.address, 16), arn: arnOf(names, 'backup', hex(block.address, 16)) }),
  ),
  inertType(['time_sleep'], TERRAFORM, plain),
];
