/** Which addresses of an envelope may be visited. Decided on the text alone; nothing here opens a connection. */
import type { SnsConfig } from '../settings.ts';

/** `sns.<region>.amazonaws.com`, and China's. Anchored: `…amazonaws.com.evil.example` and `evil-sns.…` are others. */
const SNS_HOST = /^sns\.[a-z]{2}(-[a-z]{2,12}){1,2}-\d{1,2}\.amazonaws\.com(\.cn)?$/;

export interface Trust {
  /** host or host:port, lower case, besides the SNS hosts. */
  readonly certHosts: ReadonlySet<string>;
  /** Origin of the AWS-compatible endpoint, where one is set. */
  readonly awsOrigin: string | null;
  /** The load test's certificate: compared by address, never fetched. */
  readonly loadTest: { readonly url: string; readonly pem: string } | null;
  /** Topics whose messages are taken; empty: any. */
  readonly topicArns: ReadonlySet<string>;
  readonly allowUnsigned: boolean;
}

export type CertSource = 'fetch' | 'load-test' | { readonly refused: string };
export type Visit = 'visit' | { readonly refused: string };

export function trustOf(config: SnsConfig): Trust {
  const hosts = [...config.SIGNING_CERT_HOSTS, ...config.CUTOVER_SIGNING_CERT_HOSTS];
  return {
    certHosts: new Set(hosts.map((host) => host.toLowerCase().replace(/:443$/, ''))),
    awsOrigin: config.AWS_ENDPOINT_URL ? new URL(config.AWS_ENDPOINT_URL).origin : null,
    loadTest: config.LOADTEST_SIGNING_CERT
      ? { url: config.LOADTEST_SIGNING_CERT_URL, pem: config.LOADTEST_SIGNING_CERT }
      : null,
    topicArns: new Set(config.ALLOWED_TOPIC_ARNS),
    allowUnsigned: config.ALLOW_UNSIGNED,
  };
}

/** Where a signing certificate comes from: SNS's own hosts and the listed ones, over https (SNS sns-verify-signature-of-message). */
export function decideCertSource(address: string, trust: Trust): CertSource {
  if (trust.loadTest && address === trust.loadTest.url) return 'load-test';
  const url = plainUrl(address);
  if (!url) return { refused: 'the SigningCertURL is not a plain address' };
  if (url.protocol !== 'https:') return { refused: 'the SigningCertURL is not https' };
  if (!url.pathname.endsWith('.pem') || url.search) return { refused: 'the SigningCertURL does not name a .pem file' };
  if (SNS_HOST.test(url.host) || trust.certHosts.has(url.host)) return 'fetch';
  return { refused: 'the host of the SigningCertURL is not trusted' };
}

/** Whether a SubscribeURL may be visited: https on an SNS host, or the AWS-compatible endpoint's own origin. */
export function decideSubscribeVisit(address: string, topicArn: string, trust: Trust): Visit {
  const url = plainUrl(address);
  if (!url) return { refused: 'the SubscribeURL is not a plain address' };
  const trusted = (url.protocol === 'https:' && SNS_HOST.test(url.host)) || url.origin === trust.awsOrigin;
  if (!trusted) return { refused: 'the host of the SubscribeURL is not trusted' };
  // The same host serves other actions; a confirmation asks for no other.
  if (url.searchParams.get('Action') !== 'ConfirmSubscription')
    return { refused: 'the SubscribeURL is not a confirmation' };
  if (url.searchParams.get('TopicArn') !== topicArn) return { refused: 'the SubscribeURL is of another topic' };
  return 'visit';
}

/**
 * An http or https address that parsers cannot read in two ways: no credentials, fragment, tab, backslash or dot
 * segment. The host keeps its port unless it is the scheme's own.
 */
function plainUrl(address: string): URL | null {
  if (address.length > 2_048 || !/^https?:\/\/[\x21-\x7e]+$/.test(address) || /[\\@#]/.test(address)) return null;
  const url = URL.parse(address);
  if (!url || url.username || url.password || url.hash) return null;
  const canonical = url.href === address || url.href === `${address}/`;
  return canonical ? url : null;
}
