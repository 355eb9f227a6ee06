/** Large stacks: every rule looks things up in indexes, so that the time grows with the number of resources, not its square. */
import test from 'ava';
import type { RawStacks } from '../read/index.ts';
import { checkStacks } from './check.ts';
import { HOUSE_RULES } from './house/house.ts';
import { add, container, pathRule, rawOf, type Stack, soundStack, the } from './testing/system.ts';

const RESOURCES = 5000;
const PER_BALANCER = 90;
/** Of processor time, which other work on the machine hardly changes; it takes 5 to 8. With one rule that looks through all for each it was 30. */
const MOST_SECONDS = 20;

/** The system of the cases, and services beside its own: each with group, rule, definition, log group, repository, policy. */
function largeStack(): Stack {
  const stack = soundStack();
  for (let i = 0; count(stack) < RESOURCES; i++) {
    const name = `s${i}`;
    const balancer = `l${Math.floor(i / PER_BALANCER)}`;
    if (i % PER_BALANCER === 0) {
      add(stack, 'aws_lb', balancer, { ...the(stack, 'aws_lb', 'main'), name: balancer });
      const listener = { ...the(stack, 'aws_lb_listener', 'main'), load_balancer_arn: `\${aws_lb.${balancer}.arn}` };
      add(stack, 'aws_lb_listener', balancer, listener);
    }
    add(stack, 'aws_lb_target_group', name, { ...the(stack, 'aws_lb_target_group', 'api'), name });
    add(stack, 'aws_lb_listener_rule', name, pathRule(balancer, (i % PER_BALANCER) + 1, [`/${name}/*`], name));
    add(stack, 'aws_cloudwatch_log_group', name, { name: `/ecs/${name}`, retention_in_days: 14 });
    add(stack, 'aws_ecr_repository', name, { name, image_tag_mutability: 'IMMUTABLE' });
    add(stack, 'aws_ecr_lifecycle_policy', name, { repository: `\${aws_ecr_repository.${name}.name}`, policy: '{}' });
    add(stack, 'aws_ecs_task_definition', name, {
      ...the(stack, 'aws_ecs_task_definition', 'api'),
      family: name,
      container_definitions: [{ ...container(stack, 'api'), name }],
    });
    const [binding] = the(stack, 'aws_ecs_service', 'api')['load_balancer'] as object[];
    add(stack, 'aws_ecs_service', name, {
      ...the(stack, 'aws_ecs_service', 'api'),
      name,
      task_definition: `\${aws_ecs_task_definition.${name}.arn}`,
      load_balancer: [{ ...binding, container_name: name, target_group_arn: `\${aws_lb_target_group.${name}.arn}` }],
    });
  }
  return stack;
}

const count = (stack: Stack): number =>
  Object.values(stack).reduce((sum, resources) => sum + Object.keys(resources).length, 0);

test(`${RESOURCES} resources are checked by all rules in seconds`, (t) => {
  const raw: RawStacks = rawOf(largeStack());
  const before = process.cpuUsage();
  const report = checkStacks(raw, { houseRules: HOUSE_RULES });
  const { user } = process.cpuUsage(before);
  t.true(report.passed, JSON.stringify(report.findings.filter((f) => f.severity === 'error').slice(0, 3)));
  t.is(report.findings.filter((f) => f.rule === 'images-scanned').length > RESOURCES / 10, true);
  t.true(user / 1e6 < MOST_SECONDS, `${user / 1e6} s of processor time`);
});
