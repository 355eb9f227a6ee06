/** Two environments in one account and region: no name of one is the other's. */
import test from 'ava';
import { stacksOf } from './testing/stacks.ts';

/** Type → attribute whose values an account and region, or IAM, hold once. */
const UNIQUE: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'dashboard_name',
  aws_cloudwatch_log_group: 'name',
  aws_cloudwatch_metric_alarm: 'alarm_name',
  aws_codedeploy_app: 'name',
  aws_codedeploy_deployment_config: 'deployment_config_name',
  aws_dynamodb_table: 'name',
  aws_ecr_repository: 'name',
  aws_ecs_capacity_provider: 'name',
  aws_ecs_cluster: 'name',
  aws_ecs_task_definition: 'family',
  aws_iam_instance_profile: 'name',
  aws_iam_role: 'name',
  aws_lambda_function: 'function_name',
  aws_launch_template: 'name',
  aws_lb: 'name',
  aws_lb_target_group: 'name',
  aws_sns_topic: 'name',
  aws_sqs_queue: 'name',
  aws_ssm_parameter: 'name',
};

function namesOf(environment: string): readonly string[] {
  const settings = {
    CUTOVER_SYSTEM: 'all',
    CUTOVER_DEPLOYMENT_CONFIG: 'canary:10:5',
    CUTOVER_FRONT: 'alarms,dashboard',
  };
  const stacks = Object.values(stacksOf({ ...settings, CUTOVER_ENVIRONMENT_NAME: environment }));
  return Object.entries(UNIQUE).flatMap(([type, attribute]) =>
    stacks
      .flatMap((stack) => stack.all(type))
      .map((resource) => resource[attribute])
      .filter((name) => typeof name === 'string' && !name.includes('${'))
      .map((name) => `${type} ${name}`),
  );
}

test('two environments share no name', (t) => {
  const workshop = new Set(namesOf('interstella'));
  const other = namesOf('abcdefghijklmnop');
  t.true(workshop.size > 50);
  t.is(other.length, new Set(other).size);
  t.is(other.length, workshop.size);
  t.deepEqual(
    other.filter((name) => workshop.has(name)),
    [],
  );
});

test('names of another environment keep to what AWS and its own policies ask', (t) => {
  const names = namesOf('abcdefghijklmnop');
  const groups = names.filter((name) => name.startsWith('aws_lb_target_group '));
  for (const name of groups) t.true(name.length <= 'aws_lb_target_group '.length + 32, name);
  // AWSCodeDeployRoleForECS allows lambda:InvokeFunction of these.
  t.true(names.some((name) => name.startsWith('aws_lambda_function CodeDeployHook_')));
});
