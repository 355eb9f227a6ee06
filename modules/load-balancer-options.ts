/** What a public load balancer can have beside its HTTP listener. Everything here is off by default. */
import type { LogBucket } from './log-bucket.ts';
import type { PropCheck } from './prop-check.ts';

export interface HttpsOptions {
  /** Certificate of AWS Certificate Manager, in the load balancer's region. */
  readonly certificateArn: string;
  /** Name that the certificate is for, and that clients use. */
  readonly domainName: string;
  /** Route 53 zone in which the name gets its record, to the load balancer. @default none: the record is the operator's */
  readonly hostedZoneId?: string;
  /** @default 443 */
  readonly port?: number;
  /** At least TLS 1.2. @default ELBSecurityPolicy-TLS13-1-2-2021-06 */
  readonly sslPolicy?: string;
}

export interface LoadBalancerOptions {
  /** TLS ends here, and the HTTP listener redirects to it. @default HTTP only */
  readonly https?: HttpsOptions;
  /** Regional web ACL of AWS WAF that requests pass. @default none */
  readonly webAclArn?: string;
  /** Where each request is logged. @default nowhere */
  readonly accessLogs?: LogBucket;
}

export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';
export const HTTPS_PORT = 443;

/** Policies that still take TLS 1.0 or 1.1 (ELB describe-ssl-policies); the name without version is ELB’s own default. */
const OUTDATED = /^ELBSecurityPolicy-(2015-05|2016-08|TLS-1-0|TLS-1-1|FS-2018-06|FS-1-1|TLS13-1-0|TLS13-1-1)/;

/** Notes what is wrong with the options. @param httpPort of the HTTP listener */
export function checkOptions(check: PropCheck, { https, webAclArn }: LoadBalancerOptions, httpPort: number): void {
  check.matches('webAclArn', webAclArn, {
    pattern: /^arn:[\w-]+:wafv2:[\w-]+:\d{12}:regional\/webacl\/[\w-]+\/[\w-]+$/,
    rule: 'the ARN of a regional web ACL (WAF AssociateWebACL)',
    fix: 'make the web ACL with scope REGIONAL, in the load balancer’s region',
  });
  if (!https) return;
  const { port = HTTPS_PORT, sslPolicy = DEFAULT_SSL_POLICY } = https;
  check
    .matches('https.certificateArn', https.certificateArn, {
      pattern: /^arn:[\w-]+:(acm:[\w-]+:\d{12}:certificate\/[\w-]+|iam::\d{12}:server-certificate\/[\w+=,.@/-]+)$/,
      rule: 'the ARN of a certificate in ACM or IAM (ELB CreateListener)',
      fix: 'request one in AWS Certificate Manager, in the load balancer’s region',
    })
    .matches('https.domainName', https.domainName, {
      pattern: /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      rule: 'a domain name in lower case, without a wildcard: clients are told it',
    })
    .matches('https.hostedZoneId', https.hostedZoneId, {
      pattern: /^Z[A-Z0-9]{1,31}$/,
      rule: 'the id of a hosted zone, Z and 1–31 capitals and digits (Route 53 ChangeResourceRecordSets)',
    })
    .range('https.port', port, { min: 1, max: 65_535 })
    .that(port !== httpPort, {
      prop: 'https.port',
      value: port,
      rule: 'another port than the HTTP listener has (ELB CreateListener)',
      fix: `leave it out for ${HTTPS_PORT}`,
    })
    .matches('https.sslPolicy', sslPolicy, {
      pattern: /^ELBSecurityPolicy-[\w-]+$/,
      rule: 'one of ELB’s security policies (ELB describe-ssl-policies)',
    })
    .that(!OUTDATED.test(sslPolicy), {
      prop: 'https.sslPolicy',
      value: sslPolicy,
      rule: 'a policy that takes TLS 1.2 at least; RFC 8996 retired 1.0 and 1.1 (ELB describe-ssl-policies)',
      fix: `take ${DEFAULT_SSL_POLICY}`,
    });
}
