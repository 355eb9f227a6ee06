import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface PathRuleProps {
  readonly listenerArn: string;
  /** 1–50000, unique in the listener; the lowest number is tried first. */
  readonly priority: number;
  /** 1–5 patterns, `*` any characters, `?` one; case counts. */
  readonly pathPatterns: readonly string[];
  readonly targetGroupArn: string;
  /** What must be steady before traffic comes this way. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** CodeDeploy moves the rule from one target group to another, so Terraform leaves its action alone. @default false */
  readonly shifted?: boolean;
}

/** A listener rule that forwards by path (ELB load-balancer-listeners, load-balancer-limits). */
export class PathRule extends Construct {
  /** The rule as a dependency: ECS accepts a target group for a service only once a listener uses it. */
  readonly rule: LbListenerRule;

  constructor(scope: Construct, id: string, props: PathRuleProps) {
    super(scope, id);
    const check = new PropCheck(scope, id)
      .range('priority', props.priority, { min: 1, max: 50_000, source: 'ELB CreateRule' })
      .that(props.pathPatterns.length >= 1 && props.pathPatterns.length <= 5, {
        prop: 'pathPatterns',
        value: props.pathPatterns,
        rule: '1–5 values in a rule (ELB load-balancer-limits)',
        fix: 'spread the patterns over several rules',
      });
    for (const pattern of props.pathPatterns) {
      check.matches('pathPatterns', pattern, {
        pattern: /^\/[\w\-.$/~"'@:+&*?]{0,127}$/,
        rule: 'a path pattern of 1–128 characters from A–Z a–z 0–9 _-.$/~"\'@:+& * ? (ELB load-balancer-listeners)',
      });
    }
    check.done();
    this.rule = new LbListenerRule(this, 'rule', {
      listenerArn: props.listenerArn,
      priority: props.priority,
      condition: [{ pathPattern: { values: [...props.pathPatterns] } }],
      action: [{ type: 'forward', targetGroupArn: props.targetGroupArn }],
      dependsOn: props.after?.length ? [...props.after] : undefined,
      lifecycle: props.shifted ? { ignoreChanges: ['action'] } : undefined,
    });
  }
}
