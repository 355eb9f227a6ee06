/**
 * Whether API Gateway would trust what an `https` integration leads to: a certificate for the host that was asked for, of a
 * public authority (API Gateway: http-integrations of REST APIs, TlsConfig). On the plane the listener's certificate is its
 * own, so this is told from the stacks: no connection could tell.
 */
import type { Json } from '../../read/json.ts';
import type { RestTrust } from '../../topology-rest-api.ts';
import type { BuildContext } from '../kind.ts';
import { bareName } from './names-of.ts';

type All = BuildContext<never>['all'];

/** Where an integration leads, as the listener that takes it knows it. */
export interface HttpsTarget {
  readonly host: string;
  readonly port: number;
  readonly loadBalancerArn: string;
  /** `tls_config.insecure_skip_verification`: any authority will do, the name must fit all the same. */
  readonly skipsVerification: boolean;
}

export function trustOf(target: HttpsTarget, all: All): RestTrust {
  const listeners = all('aws_lb_listener', 'aws_alb_listener').filter(
    ({ json }) => json['load_balancer_arn'] === target.loadBalancerArn && Number(json['port']) === target.port,
  );
  const arns = new Set(listeners.map(({ json }) => json['arn']));
  const added = all('aws_lb_listener_certificate', 'aws_alb_listener_certificate')
    .filter(({ json }) => arns.has(json['listener_arn']))
    .map(({ json }) => json['certificate_arn']);
  const offered = [...listeners.map(({ json }) => json['certificate_arn']), ...added];
  const known = new Map(all('aws_acm_certificate').map(({ json }) => [json['arn'], json]));
  // Nobody but AWS gets one for its own names.
  if (AWS_NAME.test(target.host)) return 'wrong-name';
  if (offered.length === 0) return 'trusted';
  const fitting = offered.filter((arn) => fits(known.get(arn), target.host));
  if (fitting.length === 0) return 'wrong-name';
  const isPrivate = (arn: unknown): boolean => Boolean(known.get(arn)?.['certificate_authority_arn']);
  return !target.skipsVerification && fitting.every(isPrivate) ? 'unknown-authority' : 'trusted';
}

const AWS_NAME = /\.elb\.amazonaws\.com(\.cn)?$/;

/** One that no stack makes is taken for one that its operator has got for these names. */

function fits(certificate: Json | undefined, host: string): boolean {
  if (certificate === undefined || certificate['domain_name'] === undefined) return true;
  const names = [certificate['domain_name'], certificate['subject_alternative_names'] ?? []].flat().map(bareName);
  return names.some(
    (name) => name === host || (name.startsWith('*.') && name.slice(1) === host.slice(host.indexOf('.'))),
  );
}
