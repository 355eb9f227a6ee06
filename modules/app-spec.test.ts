import test from 'ava';
import { type AppSpec, appSpecJson, HOOK_EVENTS } from './app-spec.ts';

const SPEC: AppSpec = {
  containerName: 'threads-cntr',
  containerPort: 3000,
  platformVersion: 'LATEST',
  subnetIds: ['subnet-1', 'subnet-2'],
  securityGroupIds: ['sg-1'],
  assignPublicIp: false,
  hooks: { BeforeAllowTraffic: 'CodeDeployHook_pre-traffic-hook' },
};

test('the workshop’s AppSpec', (t) => {
  t.is(
    appSpecJson(SPEC),
    '{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{' +
      '"TaskDefinition":"<TASK_DEFINITION>","LoadBalancerInfo":{"ContainerName":"threads-cntr","ContainerPort":3000},' +
      '"PlatformVersion":"LATEST","NetworkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1","subnet-2"],' +
      '"securityGroups":["sg-1"],"assignPublicIp":"DISABLED"}}}}}],' +
      '"Hooks":[{"BeforeAllowTraffic":"CodeDeployHook_pre-traffic-hook"}]}',
  );
});

test('hooks at every event, in the order of the lifecycle', (t) => {
  const hooks = Object.fromEntries([...HOOK_EVENTS].reverse().map((event) => [event, `hook-${event}`]));
  t.deepEqual(
    JSON.parse(appSpecJson({ ...SPEC, hooks })).Hooks,
    HOOK_EVENTS.map((event) => ({ [event]: `hook-${event}` })),
  );
});

test('without hooks there is no section for them', (t) => {
  t.false('Hooks' in JSON.parse(appSpecJson({ ...SPEC, hooks: {} })));
});

test('tasks in public subnets say so', (t) => {
  const parsed = JSON.parse(appSpecJson({ ...SPEC, assignPublicIp: true }));
  const { awsvpcConfiguration } = parsed.Resources[0].TargetService.Properties.NetworkConfiguration;
  t.is(awsvpcConfiguration.assignPublicIp, 'ENABLED');
});
