import { Lb } from '@cdktf/provider-aws/lib/lb/index.js';
import { LbListener, type LbListenerDefaultAction } from '@cdktf/provider-aws/lib/lb-listener/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';
import { BALANCER_NAME } from './target-group.ts';

/** What a request meets that no rule matches. */
export type DefaultAction =
  | { readonly forwardTo: string }
  | { readonly statusCode: number; readonly contentType: 'text/plain' | 'application/json'; readonly body: string };

export interface PublicLoadBalancerProps {
  /** 1–32 letters, digits and hyphens. */
  readonly name: string;
  /** Public subnets in two zones or more. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** @default 80 */
  readonly port?: number;
  readonly defaultAction: DefaultAction;
  /** 1–4000 s. Below the services' keep-alive, else they close first and the balancer answers 502. @default 60 */
  readonly idleTimeoutSeconds?: number;
  /** @default false */
  readonly deletionProtection?: boolean;
}

/** An internet-facing Application Load Balancer with one HTTP listener. */
export class PublicLoadBalancer extends Construct {
  readonly arn: string;
  readonly arnSuffix: string;
  readonly dnsName: string;
  readonly listenerArn: string;
  /** The listener as a dependency. */
  readonly listener: LbListener;

  constructor(scope: Construct, id: string, props: PublicLoadBalancerProps) {
    super(scope, id);
    const { port = 80, idleTimeoutSeconds = 60, defaultAction } = props;
    new PropCheck(scope, id)
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
    });
    this.listener = new LbListener(this, 'listener', {
      loadBalancerArn: balancer.arn,
      port,
      protocol: 'HTTP',
      defaultAction: [actionOf(defaultAction)],
    });
    this.arn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.listenerArn = this.listener.arn;
  }
}

function actionOf(action: DefaultAction): LbListenerDefaultAction {
  if ('forwardTo' in action) return { type: 'forward', targetGroupArn: action.forwardTo };
  const { statusCode, contentType, body } = action;
  return { type: 'fixed-response', fixedResponse: { statusCode: String(statusCode), contentType, messageBody: body } };
}
