/** What these stacks are excepted from, and why. Each exception is in use: a test looks. */
import type { RuleException } from '../modules/rules/rule.ts';

export const RULE_EXCEPTIONS: readonly RuleException[] = [
  {
    rule: 'image-tags-stay',
    address: /-registry\/aws_ecr_repository\./,
    because: 'the workshops push latest again and again; a revision that must stay is deployed by a tag of its own',
  },
  {
    rule: 'ports-closed',
    address: /-forum-edge\/aws_vpc_security_group_ingress_rule\.load-balancer-group_ingress-test-/,
    because:
      'who reaches the test listener is the environment’s testListenerCidrBlocks; without NAT the hook comes from anywhere',
  },
];
