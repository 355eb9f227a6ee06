import { Construct, type ITerraformDependable } from './cdktf.ts';
import { PathRule } from './path-rule.ts';
import { TargetGroup, type TargetGroupProps } from './target-group.ts';

/** How requests reach a service: by a rule of its own, or as the target of the listener's default action. */
export type ServiceRouteProps =
  | {
      readonly listenerArn: string;
      /** 1–50000, unique in the listener. */
      readonly priority: number;
      readonly pathPatterns: readonly string[];
      readonly targetGroup: TargetGroupProps;
    }
  | {
      /** Made where the listener is, since the listener's default action names it. */
      readonly defaultTargetGroup: Pick<TargetGroup, 'arn' | 'arnSuffix'>;
    };

/** A service's target group, in use by a listener. */
export class ServiceRoute extends Construct {
  readonly targetGroupArn: string;
  readonly targetGroupArnSuffix: string;
  /** What the service must wait for: ECS refuses a target group that no listener uses. */
  readonly after: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: ServiceRouteProps) {
    super(scope, id);
    if ('defaultTargetGroup' in props) {
      this.targetGroupArn = props.defaultTargetGroup.arn;
      this.targetGroupArnSuffix = props.defaultTargetGroup.arnSuffix;
      this.after = [];
      return;
    }
    const { targetGroup, ...rule } = props;
    const group = new TargetGroup(this, 'target-group', targetGroup);
    this.targetGroupArn = group.arn;
    this.targetGroupArnSuffix = group.arnSuffix;
    this.after = [new PathRule(this, 'path-rule', { ...rule, targetGroupArn: this.targetGroupArn }).rule];
  }
}
