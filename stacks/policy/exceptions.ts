/**
 * What checkov finds in these stacks and is accepted, one check at a time. An exception that nothing needs any more fails
 * the suite, and so does a finding without one.
 */
import type { PolicyException } from './findings.ts';

const ENCRYPTED_BY_AWS =
  'it is encrypted with a key that AWS keeps; a key of one’s own costs a dollar a month each and adds control that an environment for rehearsing a move does not use';
const HOOK = /-forum-services\/aws_lambda_function\.threads_hook_/;
const LOG_BUCKET = /\/aws_s3_bucket\.access-logs_/;
const ARTIFACTS = /-forum-services\/aws_s3_bucket\.on-instances_artifacts_/;
const BALANCER = /\/aws_lb\.load-balancer_/;
const LISTENER = /\/aws_lb_listener\.load-balancer_listener_/;
const REST_STAGE = /-hq\/aws_api_gateway_stage\.rest-front_/;
const TEST_LISTENER = /-forum-edge\/aws_lb_listener\.test-listener$/;

/** How clients come in. */
const TRAFFIC: readonly PolicyException[] = [
  {
    check: 'CKV_AWS_2',
    address: LISTENER,
    where: { front: false },
    because: 'the workshops serve HTTP on port 80; a certificate is the operator’s: front.https makes it HTTPS',
  },
  {
    check: 'CKV_AWS_103',
    address: LISTENER,
    where: { front: false },
    because: 'without a certificate there is no TLS whose version could be held; with front.https it is 1.2 and 1.3',
  },
  {
    check: 'CKV2_AWS_20',
    address: BALANCER,
    where: { front: false },
    because: 'without a certificate there is nothing to redirect to; with front.https port 80 redirects',
  },
  {
    check: 'CKV2_AWS_20',
    address: /-forum-edge\/aws_lb\.load-balancer_/,
    where: { front: true },
    because: 'what is left is the test listener, which shows the hook the next version and no client anything',
  },
  {
    check: 'CKV_AWS_2',
    address: TEST_LISTENER,
    because: 'the workshop’s test listener is HTTP on port 8080; its security group lets the hook in, not clients',
  },
  {
    check: 'CKV_AWS_103',
    address: TEST_LISTENER,
    because: 'the workshop’s test listener is HTTP on port 8080; its security group lets the hook in, not clients',
  },
  {
    check: 'CKV_AWS_378',
    address: /\/aws_lb_target_group\./,
    because: 'between load balancer and task traffic stays inside the VPC, and the services hold no certificates',
  },
  {
    check: 'CKV_AWS_260',
    address: /\/aws_vpc_security_group_ingress_rule\.load-balancer-group_ingress-http_/,
    because: 'the load balancers are public, as the workshops’: clients come from anywhere',
  },
  {
    check: 'CKV_AWS_260',
    address: /-(edge|hq)\/aws_vpc_security_group_ingress_rule\.task-group_ingress-http_/,
    because: 'the rule names the load balancer’s security group and no address block: checkov takes that for anywhere',
  },
  {
    check: 'CKV2_AWS_28',
    address: BALANCER,
    where: { front: false },
    because: 'a web ACL is the operator’s and costs by the month: front.webAclArn puts it in front',
  },
  {
    check: 'CKV2_AWS_76',
    address: BALANCER,
    where: { front: true },
    because: 'the web ACL is made elsewhere and named by its ARN; its rules are not in these stacks',
  },
  {
    check: 'CKV_AWS_91',
    address: BALANCER,
    where: { front: false },
    because: 'access logs cost storage and hold clients’ addresses: front.accessLogDays turns them on',
  },
  {
    check: 'CKV_AWS_150',
    address: BALANCER,
    where: { environment: 'dev' },
    because: 'dev is taken down after each rehearsal; prod has deletionProtection',
  },
];

const NETWORK: readonly PolicyException[] = [
  {
    check: 'CKV_AWS_130',
    address: /-network\/aws_subnet\.network_public-\d_/,
    because: 'these are the public subnets of the workshops’ VPC, of which what is launched gets a public address',
  },
  {
    check: 'CKV2_AWS_11',
    address: /-network\/aws_vpc\./,
    because:
      'flow logs are a decision for the account’s VPCs together, with a role and a place for them; not a workshop’s',
  },
  {
    check: 'CKV2_AWS_5',
    address: /-edge\/aws_security_group\.(instance|task|workload)-group_/,
    because: 'its instances and tasks are in the stacks of cluster and services: checkov looks at one stack at a time',
  },
  {
    check: 'CKV_AWS_394',
    address: /-network\/data\.aws_availability_zones\.network_zones_/,
    because: 'zones are used by number from the first on, as many as the network is told: a new one changes nothing',
  },
  {
    check: 'CKV_AWS_333',
    address: /\/aws_ecs_service\./,
    where: { environment: 'dev', front: false },
    because: 'without NAT (egress endpoints) tasks reach out by addresses of their own; security groups let nobody in',
  },
];

const DATA: readonly PolicyException[] = [
  { check: 'CKV_AWS_119', address: /-hq\/aws_dynamodb_table\.orders_/, because: ENCRYPTED_BY_AWS },
  { check: 'CKV_AWS_136', address: /-registry\/aws_ecr_repository\./, because: ENCRYPTED_BY_AWS },
  { check: 'CKV_AWS_158', address: /\/aws_cloudwatch_log_group\./, because: ENCRYPTED_BY_AWS },
  { check: 'CKV_AWS_337', address: /\/aws_ssm_parameter\.(api|fulfill)-key_/, because: ENCRYPTED_BY_AWS },
  { check: 'CKV_AWS_145', address: ARTIFACTS, because: ENCRYPTED_BY_AWS },
  {
    check: 'CKV_AWS_145',
    address: LOG_BUCKET,
    because: 'load balancers write logs to buckets with S3’s own keys only (ELB enable-access-logging)',
  },
  {
    check: 'CKV2_AWS_34',
    address: /\/aws_ssm_parameter\.(endpoint|threads_service_app-spec)_/,
    because:
      'an address and an AppSpec, which whoever deploys reads: no secrets; those are SecureStrings by house rule',
  },
  {
    check: 'CKV_AWS_51',
    address: /-registry\/aws_ecr_repository\./,
    because: 'the workshops push latest again and again; a revision that must stay is deployed by a tag of its own',
  },
  {
    check: 'CKV_AWS_338',
    address: /\/aws_cloudwatch_log_group\./,
    because: 'logRetentionDays is 7 in dev and 90 in prod: long enough to find what a move broke, and paid by the day',
  },
  {
    check: 'CKV_AWS_65',
    address: /\/aws_ecs_cluster\./,
    where: { environment: 'dev' },
    because: 'Container Insights is paid by the metric; prod has containerInsights',
  },
  {
    check: 'CKV_AWS_144',
    address: LOG_BUCKET,
    because: 'access logs are for looking into a day’s trouble; nothing is restored from them in another region',
  },
  {
    check: 'CKV_AWS_144',
    address: ARTIFACTS,
    because: 'the application is built from these sources at every synthesis: a second region makes it anew',
  },
  { check: 'CKV_AWS_18', address: LOG_BUCKET, because: 'it is where logs go; logs of logs would need a third bucket' },
  {
    check: 'CKV_AWS_18',
    address: ARTIFACTS,
    because: 'instances read one object in it when they start, with a role of their own; CloudTrail sees who writes',
  },
  {
    check: 'CKV_AWS_21',
    address: LOG_BUCKET,
    because: 'ELB writes each log once under a name of its own and nobody writes again: there is no second version',
  },
  { check: 'CKV2_AWS_62', address: LOG_BUCKET, because: 'nothing waits for an access log to arrive' },
  {
    check: 'CKV2_AWS_62',
    address: ARTIFACTS,
    because: 'nothing waits for the application to arrive: instances are started after it, and fetch it themselves',
  },
];

/** The function that judges a deployment before traffic. */
const DEPLOYMENT_HOOK: readonly PolicyException[] = [
  {
    check: 'CKV_AWS_50',
    address: HOOK,
    because: 'it runs once in a deployment and logs each call it makes; a trace would say no more',
  },
  {
    check: 'CKV_AWS_115',
    address: HOOK,
    because: 'CodeDeploy calls it once in a deployment; reserved concurrency is taken from all others of the account',
  },
  {
    check: 'CKV_AWS_116',
    address: HOOK,
    because: 'an event that is not handled fails its deployment, which rolls back and says so; it is no use later',
  },
  {
    check: 'CKV_AWS_117',
    address: HOOK,
    where: { environment: 'dev', front: false },
    because: 'without NAT (egress endpoints) a function in the VPC could not reach the test listener; else it is in it',
  },
  {
    check: 'CKV_AWS_173',
    address: HOOK,
    because: 'its environment is an address and a path; a house rule keeps secrets out of it',
  },
  {
    check: 'CKV_AWS_272',
    address: HOOK,
    because: 'its package is made at synthesis and held to the hash of its bytes; there is no signer in between',
  },
];

/** API Gateway in front of the fulfilment API. */
const REST_FRONT: readonly PolicyException[] = [
  {
    check: 'CKV_AWS_73',
    address: REST_STAGE,
    because: 'the services behind write no traces, so that one would end at the front; the access log has its latency',
  },
  {
    check: 'CKV_AWS_120',
    address: REST_STAGE,
    because:
      'orders are written and an order’s state is asked for once: a cache is paid by the hour and would be stale',
  },
  {
    check: 'CKV_AWS_225',
    address: /-hq\/aws_api_gateway_method_settings\.rest-front_/,
    because:
      'orders are written and an order’s state is asked for once: a cache is paid by the hour and would be stale',
  },
  {
    check: 'CKV2_AWS_51',
    address: REST_STAGE,
    because: 'a load balancer does not ask for API Gateway’s certificate; the service behind asks for the API key too',
  },
  {
    check: 'CKV2_AWS_53',
    address: /-hq\/aws_api_gateway_method\.rest-front_/,
    because: 'the service checks each body and answers with what is wrong; a validator would be a second schema of it',
  },
  {
    check: 'CKV2_AWS_77',
    address: REST_STAGE,
    because: 'the web ACL is made elsewhere and named by its ARN; its rules are not in these stacks',
  },
];

export const POLICY_EXCEPTIONS: readonly PolicyException[] = [
  ...TRAFFIC,
  ...NETWORK,
  ...DATA,
  ...DEPLOYMENT_HOOK,
  ...REST_FRONT,
];
