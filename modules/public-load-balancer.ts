import { Lb } from '@cdktf/provider-aws/lib/lb/index.js';
import { LbListener, type LbListenerDefaultAction } from '@cdktf/provider-aws/lib/lb-listener/index.js';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record/index.js';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association/index.js';
import { Construct } from './cdktf.ts';
import {
  checkOptions,
  DEFAULT_SSL_POLICY,
  HTTPS_PORT,
  type HttpsOptions,
  type LoadBalancerOptions,
} from './load-balancer-options.ts';
import { PropCheck } from './prop-check.ts';
import { BALANCER_NAME } from './target-group.ts';

/** What a request meets that no rule matches. */
export type DefaultAction =
  | { readonly forwardTo: string }
  | { readonly statusCode: number; readonly contentType: 'text/plain' | 'application/json'; readonly body: string };

export interface PublicLoadBalancerProps extends LoadBalancerOptions {
  /** 1–32 letters, digits and hyphens. */
  readonly name: string;
  /** Public subnets in two zones or more. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Of the HTTP listener. @default 80 */
  readonly port?: number;
  readonly defaultAction: DefaultAction;
  /** 1–4000 s. Below the services' keep-alive, else they close first and the balancer answers 502. @default 60 */
  readonly idleTimeoutSeconds?: number;
  /** @default false */
  readonly deletionProtection?: boolean;
}

/** An internet-facing Application Load Balancer: one HTTP listener, or an HTTPS listener that HTTP leads to. */
export class PublicLoadBalancer extends Construct {
  readonly arn: string;
  readonly arnSuffix: string;
  readonly dnsName: string;
  /** What clients are told: `https://<domain>`, or `http://<name of the load balancer>`. */
  readonly url: string;
  /** The listener that serves: HTTPS where there is one. */
  readonly listenerArn: string;
  /** The same as a dependency. */
  readonly listener: LbListener;

  constructor(scope: Construct, id: string, props: PublicLoadBalancerProps) {
    super(scope, id);
    const { port = 80, idleTimeoutSeconds = 60, https, accessLogs, webAclArn } = props;
    const check = new PropCheck(scope, id);
    checkOptions(check, props, port);
    check
      .matches('name', props.name, BALANCER_NAME)
      .range('port', port, { min: 1, max: 65_535 })
      .range('idleTimeoutSeconds', idleTimeoutSeconds, { min: 1, max: 4000, unit: 'seconds' })
      .that(props.subnetIds.length >= 2, {
        prop: 'subnetIds',
        value: [...props.subnetIds],
        rule: 'subnets in at least two availability zones (ELB application-load-balancers)',
        fix: 'name the public subnet of another zone too',
      })
      .done();
    const balancer = new Lb(this, 'balancer', {
      name: props.name,
      loadBalancerType: 'application',
      internal: false,
      subnets: [...props.subnetIds],
      securityGroups: [...props.securityGroupIds],
      idleTimeout: idleTimeoutSeconds,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: props.deletionProtection ?? false,
      accessLogs: accessLogs && { enabled: true, bucket: accessLogs.name },
      dependsOn: accessLogs && [accessLogs.writable],
    });
    if (webAclArn) new Wafv2WebAclAssociation(this, 'web-acl', { resourceArn: balancer.arn, webAclArn });
    const served = actionOf(props.defaultAction);
    const http = new LbListener(this, 'listener', {
      loadBalancerArn: balancer.arn,
      port,
      protocol: 'HTTP',
      defaultAction: [https ? redirectTo(https) : served],
    });
    if (https?.hostedZoneId) this.#name(balancer, https.domainName, https.hostedZoneId);
    this.listener = https ? this.#secure(balancer, https, served) : http;
    this.arn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.url = urlOf(https, port, balancer.dnsName);
    this.listenerArn = this.listener.arn;
  }

  #name(balancer: Lb, name: string, zoneId: string): void {
    new Route53Record(this, 'record', {
      zoneId,
      name,
      type: 'A',
      alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false },
    });
  }

  #secure(balancer: Lb, https: HttpsOptions, action: LbListenerDefaultAction): LbListener {
    return new LbListener(this, 'https-listener', {
      loadBalancerArn: balancer.arn,
      port: https.port ?? HTTPS_PORT,
      protocol: 'HTTPS',
      certificateArn: https.certificateArn,
      sslPolicy: https.sslPolicy ?? DEFAULT_SSL_POLICY,
      defaultAction: [action],
    });
  }
}

function urlOf(https: HttpsOptions | undefined, port: number, dnsName: string): string {
  const at = (number: number, usual: number): string => (number === usual ? '' : `:${number}`);
  if (https) return `https://${https.domainName}${at(https.port ?? HTTPS_PORT, HTTPS_PORT)}`;
  return `http://${dnsName}${at(port, 80)}`;
}

function redirectTo({ port = HTTPS_PORT }: HttpsOptions): LbListenerDefaultAction {
  return { type: 'redirect', redirect: { protocol: 'HTTPS', port: String(port), statusCode: 'HTTP_301' } };
}

function actionOf(action: DefaultAction): LbListenerDefaultAction {
  if ('forwardTo' in action) return { type: 'forward', targetGroupArn: action.forwardTo };
  const { statusCode, contentType, body } = action;
  return { type: 'fixed-response', fixedResponse: { statusCode: String(statusCode), contentType, messageBody: body } };
}
