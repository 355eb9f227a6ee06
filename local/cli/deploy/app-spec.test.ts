import test from 'ava';
import { appSpecOf, fillAppSpec, hooksOf } from './app-spec.ts';

const ARN = 'arn:aws:ecs:us-east-1:1:task-definition/threads:2';
const fill = { taskDefinitionArn: ARN, hooks: {}, source: 'appspec.json' };
const SERVICE = {
  containerName: 'threads-cntr',
  containerPort: 3000,
  platformVersion: 'LATEST',
  network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: 'DISABLED' },
};

/** The workshop's appspec.json, as far as its rules go. */
const LAB = `{
  "version": 0.0,
  "Resources": [{ "TargetService": { "Type": "AWS::ECS::Service", "Properties": {
    "TaskDefinition": "threads-task-def:1",
    "LoadBalancerInfo": { "ContainerName": "threads-cntr", "ContainerPort": 3000 } } } }],
  "Hooks": [{ "BeforeAllowTraffic": "CodeDeployHook_pre-traffic-hook" }]
}`;

const YAML = `version: 0.0
resources:
  - TargetService:
      type: AWS::ECS::Service
      properties:
        taskDefinition: "<TASK_DEFINITION>"
        loadBalancerInfo: { containerName: web, containerPort: 80 }
hooks:
  - AfterInstall: checks
`;

test('the workshop’s AppSpec gets the new revision and keeps its hook and version', (t) => {
  const text = fillAppSpec(LAB, fill);
  t.regex(text, /^\{"version":0\.0,/);
  const spec = JSON.parse(text);
  t.is(spec.Resources[0].TargetService.Properties.TaskDefinition, ARN);
  t.is(spec.Resources[0].TargetService.Properties.LoadBalancerInfo.ContainerPort, 3000);
  t.deepEqual(hooksOf(text), { BeforeAllowTraffic: 'CodeDeployHook_pre-traffic-hook' });
});

test('YAML with small letters is the same thing', (t) => {
  const text = fillAppSpec(YAML, { ...fill, hooks: { BeforeAllowTraffic: 'more', AfterInstall: 'other' } });
  const spec = JSON.parse(text);
  t.is(spec.resources[0].TargetService.properties.taskDefinition, ARN);
  t.deepEqual(hooksOf(text), { AfterInstall: 'other', BeforeAllowTraffic: 'more' });
});

test('an AppSpec that nobody wrote says what the service runs with', (t) => {
  const spec = JSON.parse(fillAppSpec(appSpecOf(SERVICE), fill));
  t.deepEqual(spec.Resources[0].TargetService.Properties, {
    TaskDefinition: ARN,
    LoadBalancerInfo: { ContainerName: 'threads-cntr', ContainerPort: 3000 },
    PlatformVersion: 'LATEST',
    NetworkConfiguration: {
      AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'], AssignPublicIp: 'DISABLED' },
    },
  });
  t.is(spec.Hooks, undefined);
});

const REFUSED: [string, string, RegExp][] = [
  ['text that is neither JSON nor YAML', '{"a": [', /neither JSON nor YAML/],
  ['a list', '[1]', /not an object/],
  ['no resources', '{"version": 0.0}', /Resources/],
  ['two services', '{"Resources": [{"A": {"Properties": {}}}, {"B": {"Properties": {}}}]}', /one service/],
  ['a service without properties', '{"Resources": [{"A": {}}]}', /no Properties/],
  ['an event that takes no hook', LAB.replace('BeforeAllowTraffic', 'AllowTraffic'), /AllowTraffic is no event/],
  ['a hook without function', LAB.replace('"CodeDeployHook_pre-traffic-hook"', '3'), /no function name/],
  [
    'hooks that are no list',
    LAB.replace(/"Hooks": .*/, '"Hooks": {"BeforeAllowTraffic": "x"}}').replace(/\n\}$/, ''),
    /must be a list/,
  ],
];
for (const [name, text, message] of REFUSED)
  test(`refused: ${name}`, (t) => {
    t.throws(() => fillAppSpec(text, fill), { name: 'CutoverError', message });
  });
