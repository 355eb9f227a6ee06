import test from 'ava';
import { InvalidPropsError } from '../modules/prop-check.ts';
import type { Synthesized } from '../modules/testing/synth.ts';
import { readSettings } from './settings.ts';
import { STAGE_NAMES } from './stages.ts';
import { type Stacks, stacksFrom, stacksOf } from './testing/stacks.ts';

const forum = (stage: string, env: Record<string, string> = {}): Stacks =>
  stacksOf({ CUTOVER_SYSTEM: 'forum', CUTOVER_STAGE: stage, ...env });
const services = (stacks: Stacks): Synthesized => stacks['interstella-forum-services']!;

test('threads is blue/green in the last stage, the others roll', (t) => {
  for (const stage of STAGE_NAMES) {
    const controllers = services(forum(stage))
      .all('aws_ecs_service')
      .map((service) => [service.name, service.deployment_controller.type]);
    for (const [name, type] of controllers) t.is(type, name === 'threads' ? 'CODE_DEPLOY' : 'ECS');
  }
  const out = services(forum('microservices'));
  t.is(out.one('aws_codedeploy_app').name, 'threadsApp');
  t.like(out.one('aws_codedeploy_deployment_group'), {
    deployment_group_name: 'threadsDG',
    deployment_config_name: 'CodeDeployDefault.ECSAllAtOnce',
    alarm_configuration: { enabled: true, ignore_poll_alarm_failure: true },
  });
  t.is(out.all('aws_cloudwatch_metric_alarm').length, 2);
  t.deepEqual(services(forum('strangler')).all('aws_codedeploy_app'), []);
});

test('another deployment configuration by setting', (t) => {
  const out = services(forum('microservices', { CUTOVER_DEPLOYMENT_CONFIG: 'canary:20:2' }));
  t.like(out.one('aws_codedeploy_deployment_config').traffic_routing_config, {
    time_based_canary: { percentage: 20, interval: 2 },
  });
  t.regex(out.one('aws_codedeploy_deployment_group').deployment_config_name, /^\$\{aws_codedeploy_deployment_config\./);
});

test('the AppSpec is in a parameter and an output, with the hook before production traffic', (t) => {
  const out = services(forum('microservices'));
  const parameter = out.one('aws_ssm_parameter');
  t.like(parameter, { name: '/interstella/codedeploy/threadsApp/appspec', type: 'String' });
  t.is(out.json.output.threads_appspec.value, parameter.value);
  const appSpec = JSON.parse(parameter.value);
  t.like(appSpec.Resources[0].TargetService.Properties, {
    TaskDefinition: '<TASK_DEFINITION>',
    LoadBalancerInfo: { ContainerName: 'threads-cntr', ContainerPort: 3000 },
  });
  t.regex(appSpec.Hooks[0].BeforeAllowTraffic, /^\$\{aws_lambda_function\.\w+\.function_name\}$/);
});

test('the hook asks the test listener, which lets in the NAT gateways that it comes from', (t) => {
  for (const [environment, gateways] of [
    ['dev', 1],
    ['prod', 2],
  ] as const) {
    const stacks = forum('microservices', { CUTOVER_ENVIRONMENT: environment });
    const hook = services(stacks).one('aws_lambda_function');
    t.regex(hook.environment.variables.TargetUrl, /^http:\/\/\$\{.*dns_name\}:8080\/api\/threads$/);
    t.regex(hook.vpc_config.subnet_ids.join(), /private-0.*private-1/);
    const admitted = stacks['interstella-forum-edge']!.all('aws_vpc_security_group_ingress_rule').filter(
      (rule) => rule.from_port === 8080,
    );
    t.is(admitted.length, gateways);
    for (const rule of admitted) t.regex(rule.cidr_ipv4, /aws_eip.*public_ip\}\/32$/);
  }
});

test('without NAT the hook is outside the VPC, and somebody must say who tests', (t) => {
  const settings = readSettings({ CUTOVER_SYSTEM: 'forum' });
  const made = (testListenerCidrBlocks: string[]) =>
    stacksFrom({ ...settings, environment: { ...settings.environment, egress: 'endpoints', testListenerCidrBlocks } });
  t.throws(() => made([]), { instanceOf: InvalidPropsError, message: /testListenerCidrBlocks is not valid/ });
  const stacks = made(['0.0.0.0/0']);
  t.is(services(stacks).one('aws_lambda_function').vpc_config, undefined);
  t.deepEqual(
    stacks['interstella-forum-edge']!.all('aws_vpc_security_group_ingress_rule')
      .filter((rule) => rule.from_port === 8080)
      .map((rule) => rule.cidr_ipv4),
    ['0.0.0.0/0'],
  );
});
