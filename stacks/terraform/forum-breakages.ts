/** The deployed forum, broken where only AWS can know: each must fail when it is applied, and name what is broken. */
import type { ExecutionContext } from 'ava';
import type { Resources } from './deployment.ts';
import type { Deployed } from './suite.ts';

const EDGE = 'interstella-forum-edge';
const SERVICES = 'interstella-forum-services';
const GONE = 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/gone/0a1b';
const NOBODY = 'arn:aws:iam::123456789012:role/nobody';

/** Of one stack, all at once: what does not depend on a broken resource is applied, and fails by itself. */
export async function brokenForum(t: ExecutionContext, { deployment, ask }: Deployed): Promise<void> {
  const [{ LoadBalancers }] = await ask(['elbv2', 'describe_load_balancers', { Names: ['interstella-forum'] }]);
  const balancer: string = LoadBalancers[0].LoadBalancerArn;
  const edge = await deployment.applyChanged(EDGE, (resources) => {
    const { certificate_arn: _, ...bare } = named(resources, 'aws_lb_listener', 'https-listener');
    of(resources, 'aws_lb_listener')['bare'] = { ...bare, port: 8443, load_balancer_arn: balancer };
    only(resources, 'aws_wafv2_web_acl_association').web_acl_arn = GONE;
    only(resources, 'aws_wafv2_web_acl_association').resource_arn = balancer;
    only(resources, 'aws_lb').access_logs.bucket = 'not-ours';
  });
  t.not(edge.code, 0, edge.output);
  refused(t, edge.output, {
    'aws_lb_listener.bare': /certificate must be specified/,
    'aws_wafv2_web_acl_association.': /WAFNonexistentItemException/,
    'aws_lb.load-balancer': /Access Denied for bucket: not-ours/,
  });

  const services = await deployment.applyChanged(SERVICES, (resources) => {
    const rule = named(resources, 'aws_lb_listener_rule', 'users-traffic');
    const definition = named(resources, 'aws_ecs_task_definition', 'users_');
    of(resources, 'aws_lb_listener_rule')['twice'] = {
      ...rule,
      condition: [{ path_pattern: { values: ['/x'] } }],
    };
    of(resources, 'aws_ecs_task_definition')['nobodys'] = {
      ...definition,
      family: 'nobodys',
      execution_role_arn: NOBODY,
    };
  });
  t.not(services.code, 0, services.output);
  refused(t, services.output, {
    'aws_lb_listener_rule.twice': /PriorityInUse/,
    'aws_ecs_task_definition.nobodys': /Role is not valid/,
  });
}

/** Terraform tells each error with the address below it, as `with <address>,`. */
function refused(t: ExecutionContext, output: string, reasons: Readonly<Record<string, RegExp>>): void {
  const errors = output.split(/^Error: /m).slice(1);
  for (const [address, reason] of Object.entries(reasons)) {
    const error = errors.find((one) => one.includes(`with ${address}`)) ?? '';
    // Terraform breaks long lines, and draws a border.
    t.regex(error.replace(/[\s│]+/g, ' '), reason, address);
  }
  t.is(errors.length, Object.keys(reasons).length, output);
}

function of(resources: Resources, type: string) {
  const found = resources[type];
  if (!found) throw new Error(`there is no ${type}`);
  return found;
}

function named(resources: Resources, type: string, part: string) {
  const found = Object.entries(of(resources, type)).find(([name]) => name.includes(part));
  if (!found) throw new Error(`no ${type} is called *${part}*`);
  return found[1];
}

function only(resources: Resources, type: string) {
  return named(resources, type, '');
}
