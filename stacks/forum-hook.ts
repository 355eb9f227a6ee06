import type { Account } from '../modules/account.ts';
import { Construct } from '../modules/cdktf.ts';
import { HookFunction } from '../modules/hook-function.ts';
import type { Network } from '../modules/network.ts';
import { PropCheck } from '../modules/prop-check.ts';
import { ANYWHERE, port, SecurityGroup } from '../modules/security-group.ts';
import type { Environment } from './environments.ts';
import type { ForumEdgeStack } from './forum-edge-stack.ts';
import { forumNames } from './forum-names.ts';
import { FORUM_HOOK, FORUM_SOURCES, FORUM_TEST_PORT } from './forum-services.ts';

export interface ForumHookProps {
  readonly environment: Environment;
  readonly network: Network;
  readonly edge: ForumEdgeStack;
  readonly account: Account;
  /** What the hook asks for on the test listener. */
  readonly path: string;
}

const HTTPS_PORT = 443;

/**
 * The pre-traffic hook, where it can reach the test listener: in the private subnets, so that it comes from the NAT
 * gateways' addresses, which the load balancer lets in. Without NAT it is outside the VPC, and the environment says whom
 * the test listener lets in.
 */
export class ForumHook extends Construct {
  readonly function: HookFunction;

  constructor(scope: Construct, id: string, props: ForumHookProps) {
    super(scope, id);
    const { environment, network, edge, path } = props;
    const hasNat = network.natAddresses.length > 0;
    new PropCheck(scope, id)
      .that(hasNat || environment.testListenerCidrBlocks.length > 0, {
        prop: 'environment.testListenerCidrBlocks',
        value: environment.testListenerCidrBlocks,
        rule: 'the hook reaches the test listener from NAT gateways, or the listener lets its address in (Lambda configuration-vpc-internet)',
        fix: 'set egress to nat or nat-per-zone, or testListenerCidrBlocks to 0.0.0.0/0',
      })
      .done();
    this.function = new HookFunction(this, 'function', {
      name: forumNames(environment.name).hook,
      description: 'Judges green on the test listener before production traffic moves',
      entry: FORUM_SOURCES.hook,
      handler: FORUM_HOOK.handler,
      environment: { TargetUrl: `http://${edge.loadBalancer.dnsName}:${FORUM_TEST_PORT}${path}` },
      logRetentionDays: environment.logRetentionDays,
      account: props.account,
      ...(hasNat ? { network: this.#inside(props) } : {}),
    });
  }

  #inside({ environment, network }: ForumHookProps) {
    const group = new SecurityGroup(this, 'group', {
      name: `${environment.name}-forum-hook`,
      description: 'Hook of the forum',
      vpcId: network.vpcId,
    });
    group
      .allowEgress('test', { description: 'test listener', ports: port(FORUM_TEST_PORT), peer: ANYWHERE })
      .allowEgress('https', { description: "CodeDeploy's API", ports: port(HTTPS_PORT), peer: ANYWHERE });
    return { subnetIds: network.privateSubnetIds, securityGroupIds: [group.securityGroupId] };
  }
}
