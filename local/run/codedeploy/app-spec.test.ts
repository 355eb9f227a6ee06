import test from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../services/kit/src/testing/code-point.ts';
import { parseAppSpec, renderAppSpec } from './app-spec.ts';

const YAML = `
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:us-east-1:111222333444:task-definition/threads:7"
        LoadBalancerInfo:
          ContainerName: "threads-cntr"
          ContainerPort: 3000
        PlatformVersion: "LATEST"
        NetworkConfiguration:
          AwsvpcConfiguration:
            Subnets: ["subnet-1","subnet-2"]
            SecurityGroups: ["sg-1"]
            AssignPublicIp: "ENABLED"
Hooks:
  - BeforeInstall: "a"
  - AfterAllowTestTraffic: "b"
`;

const problemsOf = (content: string): readonly string[] => parseAppSpec(content).problems;

test('YAML as the user guide shows it', (t) => {
  t.deepEqual(parseAppSpec(YAML), {
    spec: {
      taskDefinition: 'arn:aws:ecs:us-east-1:111222333444:task-definition/threads:7',
      containerName: 'threads-cntr',
      containerPort: 3000,
      platformVersion: 'LATEST',
      network: { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] },
      hooks: { BeforeInstall: 'a', AfterAllowTestTraffic: 'b' },
    },
    problems: [],
  });
});

test('JSON of the same, in other cases, without the optional parts', (t) => {
  const content = JSON.stringify({
    version: '0.0',
    resources: [
      {
        targetService: {
          type: 'AWS::ECS::Service',
          properties: {
            taskDefinition: 'threads:7',
            loadBalancerInfo: { containerName: 'c', containerPort: '80' },
          },
        },
      },
    ],
  });
  const { spec, problems } = parseAppSpec(content);
  t.deepEqual(problems, []);
  t.like(spec, { containerPort: 80, network: null });
});

for (const [name, content, problem] of [
  ['nothing', ' ', /empty/],
  ['text that is neither', '{"version": 0.0, ', /neither YAML nor JSON/],
  ['a list', '[1]', /must be a mapping/],
  ['another version', YAML.replace('0.0', '1.0'), /version must be 0.0/],
  ['another type', YAML.replace('AWS::ECS::Service', 'AWS::Lambda::Function'), /Type must be AWS::ECS::Service/],
  ['no port', YAML.replace('ContainerPort: 3000', 'ContainerPort: x'), /ContainerPort must be a port/],
  ['no name', YAML.replace('ContainerName: "threads-cntr"', ''), /ContainerName is required/],
  ['an unknown field', YAML.replace('PlatformVersion', 'Platform'), /has no field Platform/],
  ['an unknown event', YAML.replace('BeforeInstall', 'Install'), /Hooks has no event Install/],
  ['an event twice', YAML.replace('BeforeInstall', 'AfterAllowTestTraffic'), /names AfterAllowTestTraffic twice/],
  ['half a network', YAML.replace('            AssignPublicIp: "ENABLED"\n', ''), /AssignPublicIp must be/],
  ['a strategy', YAML.replace('PlatformVersion: "LATEST"', 'CapacityProviderStrategy: []'), /is not run here/],
  ['two services', YAML.replace('Hooks:', '  - TargetService: {}\nHooks:'), /exactly one TargetService/],
  ['a key twice', `${YAML}\nversion: 0.0\n`, /neither YAML nor JSON/],
  ['a bomb', `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`, /cannot be read|no field/],
] as const)
  test(`refused: ${name}`, (t) => {
    t.regex(problemsOf(content).join('; '), problem);
  });

test('every problem is there at once', (t) => {
  const broken = YAML.replace('0.0', '2').replace('3000', '0').replace('BeforeInstall', 'Nothing');
  t.is(problemsOf(broken).length, 3);
});

test('property: any text is read or refused, and nothing throws', (t) => {
  t.notThrows(() =>
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: codePoint }), (text) => void parseAppSpec(text))),
  );
});

test('what is rendered reads as it was', (t) => {
  const spec = {
    taskDefinition: 'arn:x:threads:1',
    containerName: 'c',
    containerPort: 80,
    platformVersion: null,
    network: null,
    hooks: {},
  };
  t.deepEqual(parseAppSpec(renderAppSpec(spec)), { spec, problems: [] });
});
