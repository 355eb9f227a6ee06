/**
 * The container workshop's own AWS CLI lines (labs 2 to 4) against a running plane: monolith on Fargate, threads as a
 * service, then under CodeDeploy with a hook from a zip. Skipped where no `aws` is on PATH (CUTOVER_AWS_CLI names another).
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { zipSync } from 'fflate';
import { loadTopology } from '../run/load.ts';
import { cutover, TestPlane } from './cutover.ts';

const CLI = process.env['CUTOVER_AWS_CLI'] ?? 'aws';
const ACCOUNT = '000000000000';
const run = promisify(execFile);
const present = await run(CLI, ['--version']).then(
  () => true,
  () => false,
);

interface Lab {
  /** Runs `aws ARGS`. @returns stdout, trimmed */
  aws(line: string, ...more: string[]): Promise<string>;
  file(name: string, content: unknown): Promise<void>;
}

async function lab(t: ExecutionContext, endpoint: string): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-lab-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const env = {
    PATH: process.env['PATH'],
    HOME: dir,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  return {
    async aws(line, ...more) {
      const args = [...line.trim().split(/\s+/), ...more];
      const { stdout } = await run(CLI, args, { cwd: dir, env, timeout: 240_000 });
      return stdout.trim();
    },
    file: (name, content) =>
      writeFile(join(dir, name), content instanceof Uint8Array ? content : JSON.stringify(content)),
  };
}

/** The workshop's fargate-task-def.json. */
const taskDefinition = (name: string, container: string, image: string) => ({
  requiresCompatibilities: ['FARGATE'],
  containerDefinitions: [
    {
      name: container,
      image: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${image}`,
      memoryReservation: 128,
      essential: true,
      portMappings: [{ containerPort: 3000, protocol: 'tcp' }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': `/ecs/${name}`,
          'awslogs-region': 'us-east-1',
          'awslogs-stream-prefix': 'ecs',
        },
      },
    },
  ],
  volumes: [],
  networkMode: 'awsvpc',
  memory: '512',
  cpu: '256',
  executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/ECSTaskExecutionRole`,
  taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/ECSTaskRole`,
  family: name,
});

const TARGET_GROUP = `--vpc-id vpc-010b11d3ad023b4ed --port 3000 --protocol HTTP --target-type ip
  --health-check-protocol HTTP --health-check-path / --health-check-interval-seconds 6 --health-check-timeout-seconds 5
  --healthy-threshold-count 2 --unhealthy-threshold-count 2 --query TargetGroups[0].TargetGroupArn --output text`;

/** Any Node.js function: asks the test listener, answers CodeDeploy. */
const HOOK = `exports.handler = async (event) => {
  const { status } = await fetch(process.env.TargetUrl);
  const body = JSON.stringify({ deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId, status: status === 200 ? 'Succeeded' : 'Failed' });
  const headers = { 'x-amz-target': 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus' };
  await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers });
  return status;
};`;

(present ? test.serial : test.serial.skip)(
  'the workshop’s AWS CLI lines, from the cluster to aws ecs deploy',
  async (t) => {
    const plane = new TestPlane(28_566);
    t.teardown(() => plane.down());
    const up = await plane.up('--system', 'forum', '--stage', 'monolith', '--clock-rate', '4');
    t.is(up.code, 0, up.stderr);
    const { endpoints } = await plane.status();
    const { aws, file } = await lab(t, endpoints.aws);

    // The stacks' own private network, as the workshop reads it from its stack's outputs.
    const { subnets, group } = await privateNetwork();
    const networkConfiguration = {
      awsvpcConfiguration: { subnets, securityGroups: [group], assignPublicIp: 'DISABLED' },
    };
    const balancer = await aws('elbv2 describe-load-balancers --query LoadBalancers[0].LoadBalancerArn --output text');
    const dns = await aws('elbv2 describe-load-balancers --query LoadBalancers[0].DNSName --output text');
    const listener = await aws(
      `elbv2 describe-listeners --load-balancer-arn ${balancer} --query Listeners[?Port==\`80\`].ListenerArn --output text`,
    );
    const get = async (path: string): Promise<string> =>
      (await fetch(`http://${dns}${path}`, { signal: AbortSignal.timeout(20_000) })).text();

    // Lab 2: the monolith on Fargate.
    await aws('ecs create-cluster --cluster-name my_first_ecs_cluster --region us-east-1');
    await aws('logs create-log-group --log-group-name /ecs/monolith-task-def');
    await file('fargate-task-def.json', taskDefinition('monolith-task-def', 'monolith-cntr', 'api:latest'));
    await aws('ecs register-task-definition --cli-input-json file://fargate-task-def.json');
    t.regex(await aws('ecs list-task-definitions'), /monolith-task-def:1/);
    const monolith = await aws(`elbv2 create-target-group --region us-east-1 --name monolith-cntr-tg ${TARGET_GROUP}`);
    await aws(
      `elbv2 modify-listener --listener-arn ${listener} --default-actions Type=forward,TargetGroupArn=${monolith}`,
    );
    const service = (name: string, arn: string, type: string) => ({
      cluster: 'my_first_ecs_cluster',
      serviceName: name === 'monolith' ? 'monolith-service' : name,
      taskDefinition: `${name}-task-def:1`,
      loadBalancers: [{ targetGroupArn: arn, containerName: `${name}-cntr`, containerPort: 3000 }],
      desiredCount: 1,
      clientToken: '',
      launchType: 'FARGATE',
      networkConfiguration,
      deploymentController: { type },
    });
    const create = 'ecs create-service --region us-east-1 --cluster my_first_ecs_cluster';
    // The workshop's definition has the container monolith-cntr1, its service monolith-cntr: AWS refuses the two together.
    const mistaken = {
      ...service('monolith', monolith, 'ECS'),
      loadBalancers: [{ targetGroupArn: monolith, containerName: 'monolith-cntr1', containerPort: 3000 }],
    };
    await file('ecs-service.json', mistaken);
    await t.throwsAsync(aws(`${create} --service-name monolith-service --cli-input-json file://ecs-service.json`), {
      message: /container monolith-cntr1 .*does not exist in the task definition/i,
    });
    await file('ecs-service.json', service('monolith', monolith, 'ECS'));
    await aws(`${create} --service-name monolith-service --cli-input-json file://ecs-service.json`);
    await aws('ecs wait services-stable --cluster my_first_ecs_cluster --services monolith-service');
    t.regex(await get('/api'), /running on ECS/);

    // Lab 3: threads as a service of its own; lab 4 begins by deleting it.
    await aws('logs create-log-group --log-group-name /ecs/threads-task-def');
    await file('fargate-task-def-threads.json', taskDefinition('threads-task-def', 'threads-cntr', 'threads:latest'));
    await aws('ecs register-task-definition --cli-input-json file://fargate-task-def-threads.json');
    const blue = await aws(`elbv2 create-target-group --region us-east-1 --name threads-tg ${TARGET_GROUP}`);
    await aws(
      `elbv2 create-rule --listener-arn ${listener} --priority 3 --conditions Field=path-pattern,Values=/api/threads* --actions Type=forward,TargetGroupArn=${blue}`,
    );
    await file('ecs-service-threads.json', service('threads', blue, 'ECS'));
    await aws(`${create} --service-name threads --cli-input-json file://ecs-service-threads.json`);
    await aws('ecs wait services-stable --cluster my_first_ecs_cluster --services threads');
    const threads = '--region us-east-1 --cluster my_first_ecs_cluster --service threads';
    await t.throwsAsync(aws(`ecs delete-service ${threads}`), { message: /scaled above 0/ });
    await aws(`ecs update-service ${threads} --desired-count 0`);
    t.deepEqual(
      JSON.parse(await aws(`ecs describe-services ${threads} --query services[*].taskSets[*].runningCount`)),
      [[]],
    );
    await aws(`ecs delete-service ${threads}`);
    await aws('ecs wait services-inactive --cluster my_first_ecs_cluster --services threads');

    // Lab 4: blue/green.
    await file('ecs-service-threads.json', service('threads', blue, 'CODE_DEPLOY'));
    await aws(`${create} --service-name threads --cli-input-json file://ecs-service-threads.json`);
    const green = await aws(`elbv2 create-target-group --region us-east-1 --name threads-tg-2 ${TARGET_GROUP}`);
    // The stacks have a listener on 8080 already.
    const testListener = await aws(
      `elbv2 create-listener --region us-east-1 --load-balancer-arn ${balancer} --port 8081 --protocol HTTP --default-actions Type=forward,TargetGroupArn=${green} --query Listeners[0].ListenerArn --output text`,
    );
    await aws('deploy create-application --region us-east-1 --application-name threadsApp --compute-platform ECS');
    await file('deployment-group-threads.json', deploymentGroup(listener, testListener));
    await aws(
      'deploy create-deployment-group --region us-east-1 --cli-input-json file://deployment-group-threads.json',
    );
    await file('hook.zip', zipSync({ 'pre-traffic-hook.js': new TextEncoder().encode(HOOK) }));
    await aws(
      `lambda create-function --region us-east-1 --function-name CodeDeployHook_pre-traffic-hook --zip-file fileb://hook.zip --role arn:aws:iam::${ACCOUNT}:role/hook --environment Variables={TargetUrl=http://${dns}:8081/api/threads} --handler pre-traffic-hook.handler --runtime nodejs8.10`,
    );
    await file('appspec.json', {
      version: 0.0,
      Resources: [
        {
          TargetService: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: 'threads-task-def:1',
              LoadBalancerInfo: { ContainerName: 'threads-cntr', ContainerPort: 3000 },
              PlatformVersion: 'LATEST',
              NetworkConfiguration: networkConfiguration,
            },
          },
        },
      ],
      Hooks: [{ BeforeAllowTraffic: 'CodeDeployHook_pre-traffic-hook' }],
    });
    await plane.until('threads runs', (s) => s.services.find((one) => one.name === 'threads')?.runningCount === 1);
    await file('fargate-task-def-threads.json', taskDefinition('threads-task-def', 'threads-cntr', 'threads:0.1'));
    const deployed = await aws(
      `ecs deploy ${threads} --task-definition fargate-task-def-threads.json --codedeploy-appspec appspec.json --codedeploy-application threadsApp --codedeploy-deployment-group threadsDG`,
    );
    t.regex(deployed, /Successfully deployed arn:.*threads-task-def:2 to service 'threads'/);
    const id = await aws('deploy list-deployments --query deployments[0] --output text');
    await aws(`deploy wait deployment-successful --deployment-id ${id}`);
    t.regex(await get('/api/threads'), /"title"/);
    t.regex(await aws('logs filter-log-events --log-group-name /aws/lambda/CodeDeployHook_pre-traffic-hook'), /REPORT/);

    // Clean-up: what the workshop lists, and what it made by hand and does not list.
    await cleanUp(t, aws, { listener, testListener, groups: [monolith, blue, green] });
    const { services, targetGroups } = await plane.status();
    t.deepEqual(
      services.filter(({ cluster }) => cluster === 'my_first_ecs_cluster'),
      [],
    );
    t.false(targetGroups.some(({ name }) => /^(threads-tg|threads-tg-2|monolith-cntr-tg)$/.test(name)));
  },
);

interface Made {
  readonly listener: string;
  readonly testListener: string;
  readonly groups: readonly string[];
}

/** Takes everything away that the labs made by hand, and leaves the stacks as they were. */
async function cleanUp(t: ExecutionContext, aws: (line: string) => Promise<string>, made: Made): Promise<void> {
  await aws('deploy delete-deployment-group --application-name threadsApp --deployment-group-name threadsDG');
  await aws('deploy delete-application --application-name threadsApp');
  await aws('lambda delete-function --function-name CodeDeployHook_pre-traffic-hook');
  const cluster = '--region us-east-1 --cluster my_first_ecs_cluster';
  for (const service of ['monolith-service', 'threads']) {
    await aws(`ecs update-service ${cluster} --service ${service} --desired-count 0`);
    await aws(`ecs delete-service ${cluster} --service ${service}`);
  }
  await aws(`ecs wait services-inactive ${cluster} --services monolith-service threads`);
  await t.throwsAsync(aws(`elbv2 delete-target-group --target-group-arn ${made.groups[0]}`), { message: /in use/ });
  const first = await aws(
    'elbv2 describe-target-groups --names monolith-tg --query TargetGroups[0].TargetGroupArn --output text',
  );
  await aws(
    `elbv2 modify-listener --listener-arn ${made.listener} --default-actions Type=forward,TargetGroupArn=${first}`,
  );
  const rule = await aws(
    `elbv2 describe-rules --listener-arn ${made.listener} --query Rules[?Priority=='3'].RuleArn --output text`,
  );
  await aws(`elbv2 delete-rule --rule-arn ${rule}`);
  await aws(`elbv2 delete-listener --listener-arn ${made.testListener}`);
  for (const group of made.groups) await aws(`elbv2 delete-target-group --target-group-arn ${group}`);
  for (const name of ['/ecs/monolith-task-def', '/ecs/threads-task-def'])
    await aws(`logs delete-log-group --log-group-name ${name}`);
  for (const revision of ['monolith-task-def:1', 'threads-task-def:1', 'threads-task-def:2'])
    await aws(`ecs deregister-task-definition --task-definition ${revision}`);
  await aws('ecs delete-cluster --cluster my_first_ecs_cluster');
}

function deploymentGroup(listener: string, testListener: string): object {
  return {
    applicationName: 'threadsApp',
    deploymentGroupName: 'threadsDG',
    deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
    serviceRoleArn: `arn:aws:iam::${ACCOUNT}:role/ecsCodeDeployServiceRole`,
    ecsServices: [{ serviceName: 'threads', clusterName: 'my_first_ecs_cluster' }],
    alarmConfiguration: { enabled: false, ignorePollAlarmFailure: true, alarms: [] },
    autoRollbackConfiguration: {
      enabled: true,
      events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
    },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
    },
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: [{ name: 'threads-tg' }, { name: 'threads-tg-2' }],
          prodTrafficRoute: { listenerArns: [listener] },
          testTrafficRoute: { listenerArns: [testListener] },
        },
      ],
    },
  };
}

/** The stacks' private subnets and the tasks' security group, which the workshop's reader takes from a page. */
async function privateNetwork(): Promise<{ subnets: string[]; group: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-lab-synth-'));
  try {
    const { code, stderr } = await cutover('synth', '--stage', 'microservices', '--system', 'forum', '--out', dir);
    if (code !== 0) throw new Error(stderr);
    const { services } = await loadTopology(dir, {}, []);
    const threads = services.find(({ name }) => name === 'threads');
    return { subnets: [...(threads?.subnetIds ?? [])], group: threads?.securityGroupIds[0] ?? '' };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
