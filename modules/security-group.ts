import { SecurityGroup as AwsSecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

/** Inclusive. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Where ECS may put dynamic host ports: Linux's usual range starts at 32768, and the agent falls back to 49153–65535
 * (ECS task_definition_parameters). One range from the load balancer covers both.
 */
export const DYNAMIC_HOST_PORTS: PortRange = { from: 32_768, to: 65_535 };

export type Peer = { readonly cidrIpv4: string } | { readonly securityGroupId: string };

export interface TrafficRule {
  readonly description: string;
  /** TCP ports. */
  readonly ports: PortRange;
  readonly peer: Peer;
}

export interface SecurityGroupProps {
  /** 1–255 characters, not starting with `sg-`. */
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
}

/**
 * A security group that allows nothing until told to, in either direction: Terraform takes away the allow-all egress that
 * AWS adds. Rules are resources of their own, so two groups can name each other.
 */
export class SecurityGroup extends Construct {
  readonly securityGroupId: string;

  constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
        rule: '1–255 characters, not starting with sg- (EC2 CreateSecurityGroup)',
      })
      .done();
    this.securityGroupId = new AwsSecurityGroup(this, 'group', {
      name: props.name,
      description: props.description,
      vpcId: props.vpcId,
      tags: { Name: props.name },
    }).id;
  }

  /** @param id unique among this group's rules of that direction; part of the resource's address */
  allowIngress(id: string, rule: TrafficRule): this {
    new VpcSecurityGroupIngressRule(this, `ingress-${id}`, {
      securityGroupId: this.securityGroupId,
      ...this.#tcp(id, rule),
    });
    return this;
  }

  /** @param id unique among this group's rules of that direction; part of the resource's address */
  allowEgress(id: string, rule: TrafficRule): this {
    new VpcSecurityGroupEgressRule(this, `egress-${id}`, {
      securityGroupId: this.securityGroupId,
      ...this.#tcp(id, rule),
    });
    return this;
  }

  #tcp(id: string, { description, ports, peer }: TrafficRule) {
    new PropCheck(this, id)
      .range('ports.from', ports.from, { min: 1, max: 65_535 })
      .range('ports.to', ports.to, { min: 1, max: 65_535 })
      .that(ports.from <= ports.to, {
        prop: 'ports',
        value: ports,
        rule: 'the first port is not above the last',
        fix: 'swap from and to',
      })
      .done();
    return {
      description,
      ipProtocol: 'tcp',
      fromPort: ports.from,
      toPort: ports.to,
      ...('cidrIpv4' in peer ? { cidrIpv4: peer.cidrIpv4 } : { referencedSecurityGroupId: peer.securityGroupId }),
    };
  }
}

/** A range of one port. */
export function port(number: number): PortRange {
  return { from: number, to: number };
}

export const ANYWHERE: Peer = { cidrIpv4: '0.0.0.0/0' };
