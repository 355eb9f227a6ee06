/** The SDK's CodeDeploy client against the endpoint. */
import * as cd from '@aws-sdk/client-codedeploy';
import test from 'ava';
import * as build from '../testing/builders.ts';
import * as delivery from '../testing/builders-delivery.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new cd.CodeDeployClient(clientConfig(plane.endpoint));

const CONTENT = JSON.stringify({ version: 0.0, Resources: [] });
const revision: cd.RevisionLocation = { revisionType: 'AppSpecContent', appSpecContent: { content: CONTENT } };
const ours = { applicationName: 'threadsApp', deploymentGroupName: 'threadsDG' };

/** The lab's deployment-group-threads.json, for a group of another service. */
const groupInput: cd.CreateDeploymentGroupCommandInput = {
  applicationName: 'threadsApp',
  deploymentGroupName: 'other',
  deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
  serviceRoleArn: 'arn:aws:iam::012345678912:role/ecsCodeDeployServiceRole',
  ecsServices: [{ serviceName: 'threads', clusterName: 'shop' }],
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
        prodTrafficRoute: { listenerArns: [build.listener.arn] },
        testTrafficRoute: { listenerArns: [delivery.testListener.arn] },
      },
    ],
  },
};

test.serial('a deployment from its creation to its end, as AWS shapes it', async (t) => {
  const { deploymentId = '' } = await client.send(
    new cd.CreateDeploymentCommand({ ...ours, revision, description: 'v2' }),
  );
  t.regex(deploymentId, /^d-[A-Z0-9]{9}$/);
  const { deploymentInfo } = await client.send(new cd.GetDeploymentCommand({ deploymentId }));
  t.like(deploymentInfo, {
    ...ours,
    status: 'InProgress',
    computePlatform: 'ECS',
    creator: 'user',
    description: 'v2',
    deploymentOverview: { InProgress: 1, Succeeded: 0 },
    deploymentStyle: { deploymentType: 'BLUE_GREEN' },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
    },
    instanceTerminationWaitTimeStarted: false,
  });
  t.is(deploymentInfo?.revision?.appSpecContent?.content, CONTENT);
  t.true(deploymentInfo?.createTime instanceof Date);

  const { targetIds } = await client.send(new cd.ListDeploymentTargetsCommand({ deploymentId }));
  t.deepEqual(targetIds, ['shop:threads']);
  const { deploymentTargets } = await client.send(new cd.BatchGetDeploymentTargetsCommand({ deploymentId, targetIds }));
  const target = deploymentTargets?.[0]?.ecsTarget;
  t.is(target?.targetArn, build.arn('ecs', 'service/shop/threads'));
  t.like(target?.taskSetsInfo?.[0], {
    identifer: 'ecs-svc/1111111111111111111',
    taskSetLabel: 'Blue',
    trafficWeight: 100,
    status: 'PRIMARY',
    targetGroup: { name: 'threads-tg' },
  });
  t.like(target?.taskSetsInfo?.[1], { taskSetLabel: 'Green', trafficWeight: 0, status: 'ACTIVE' });
  t.deepEqual(
    target?.lifecycleEvents?.map(({ lifecycleEventName, status }) => [lifecycleEventName, status]),
    [
      ['Install', 'Succeeded'],
      ['BeforeAllowTraffic', 'InProgress'],
      ['AllowTraffic', 'Pending'],
    ],
  );

  const answer = { deploymentId, lifecycleEventHookExecutionId: 'execution-1', status: 'Succeeded' } as const;
  t.like(await client.send(new cd.PutLifecycleEventHookExecutionStatusCommand(answer)), {
    lifecycleEventHookExecutionId: 'execution-1',
  });
  const one = await client.send(new cd.GetDeploymentTargetCommand({ deploymentId, targetId: 'shop:threads' }));
  t.like(one.deploymentTarget?.ecsTarget?.lifecycleEvents?.[1], {
    status: 'Succeeded',
    diagnostics: { errorCode: 'Success', scriptName: 'CodeDeployHook_pre-traffic-hook' },
  });

  plane.codedeploy.move(deploymentId, { status: 'Ready' });
  await client.send(new cd.ContinueDeploymentCommand({ deploymentId, deploymentWaitType: 'READY_WAIT' }));
  plane.codedeploy.move(deploymentId, { status: 'Succeeded', completedAtMs: build.START_MS + 5_000 });
  await cd.waitUntilDeploymentSuccessful({ client, maxWaitTime: 5, minDelay: 1, maxDelay: 1 }, { deploymentId });
  const { deploymentGroupInfo } = await client.send(new cd.GetDeploymentGroupCommand(ours));
  t.like(deploymentGroupInfo?.lastSuccessfulDeployment, { deploymentId, status: 'Succeeded' });
  t.like(deploymentGroupInfo, {
    computePlatform: 'ECS',
    ecsServices: [{ serviceName: 'threads', clusterName: 'shop' }],
  });
});

test.serial('a failed hook and its rollback show why', async (t) => {
  const { deploymentId = '' } = await client.send(new cd.CreateDeploymentCommand({ ...ours, revision }));
  const [one] = plane.codedeploy.deployments();
  const events = one?.lifecycleEvents.map((event) =>
    event.hook ? { ...event, status: 'Failed' as const, message: 'it answered Failed' } : event,
  );
  plane.codedeploy.move(deploymentId, {
    status: 'Failed',
    lifecycleEvents: events ?? [],
    error: { code: 'HOOK_EXECUTION_FAILURE', message: 'The hook failed' },
    rollback: { rollbackDeploymentId: 'd-ROLLBACK1', triggeringDeploymentId: null, message: 'rolled back' },
  });
  const { deploymentInfo } = await client.send(new cd.GetDeploymentCommand({ deploymentId }));
  t.deepEqual(deploymentInfo?.errorInformation, { code: 'HOOK_EXECUTION_FAILURE', message: 'The hook failed' });
  t.like(deploymentInfo?.rollbackInfo, { rollbackDeploymentId: 'd-ROLLBACK1' });
  t.is(deploymentInfo?.previousRevision?.appSpecContent?.content, CONTENT);
  const targets = { deploymentId, targetIds: ['shop:threads'] };
  const { deploymentTargets } = await client.send(new cd.BatchGetDeploymentTargetsCommand(targets));
  t.like(deploymentTargets?.[0]?.ecsTarget?.lifecycleEvents?.[1]?.diagnostics, {
    errorCode: 'ScriptFailed',
    message: 'it answered Failed',
  });
});

test.serial('deployments are listed newest first, by group, status and time', async (t) => {
  const list = async (input: cd.ListDeploymentsCommandInput) =>
    (await client.send(new cd.ListDeploymentsCommand(input))).deployments;
  t.deepEqual(await list({}), ['d-AAAAAAAA2', 'd-AAAAAAAA1']);
  t.deepEqual(await list({ ...ours, includeOnlyStatuses: ['Failed'] }), ['d-AAAAAAAA2']);
  const second = new Date(build.START_MS + 90_000);
  t.deepEqual(await list({ createTimeRange: { end: second } }), ['d-AAAAAAAA1']);
  t.deepEqual(await list({ createTimeRange: { start: second } }), ['d-AAAAAAAA2']);
  const both = await client.send(
    new cd.BatchGetDeploymentsCommand({ deploymentIds: ['d-AAAAAAAA1', 'd-AAAAAAAA2', 'd-ZZZZZZZZZ'] }),
  );
  t.is(both.deploymentsInfo?.length, 2);
});

test.serial('applications, groups, configurations and revisions are made and removed', async (t) => {
  await client.send(new cd.CreateApplicationCommand({ applicationName: 'shopApp', computePlatform: 'ECS' }));
  const { application } = await client.send(new cd.GetApplicationCommand({ applicationName: 'shopApp' }));
  t.like(application, { applicationName: 'shopApp', computePlatform: 'ECS' });
  await client.send(
    new cd.CreateDeploymentConfigCommand({
      deploymentConfigName: 'Twenty',
      computePlatform: 'ECS',
      trafficRoutingConfig: {
        type: 'TimeBasedLinear',
        timeBasedLinear: { linearPercentage: 20, linearInterval: 2 },
      },
    }),
  );
  const config = await client.send(new cd.GetDeploymentConfigCommand({ deploymentConfigName: 'Twenty' }));
  t.like(config.deploymentConfigInfo?.trafficRoutingConfig, { timeBasedLinear: { linearPercentage: 20 } });
  const listed = await client.send(new cd.ListDeploymentConfigsCommand({}));
  t.true(listed.deploymentConfigsList?.includes('CodeDeployDefault.ECSCanary10Percent5Minutes'));

  await client.send(new cd.DeleteDeploymentGroupCommand(ours));
  const lab = { ...groupInput, applicationName: 'shopApp', deploymentGroupName: 'shopDG' };
  const { deploymentGroupId } = await client.send(new cd.CreateDeploymentGroupCommand(lab));
  t.truthy(deploymentGroupId);
  await client.send(
    new cd.UpdateDeploymentGroupCommand({
      applicationName: 'shopApp',
      currentDeploymentGroupName: 'shopDG',
      newDeploymentGroupName: 'renamed',
      deploymentConfigName: 'Twenty',
    }),
  );
  const { deploymentGroups } = await client.send(new cd.ListDeploymentGroupsCommand({ applicationName: 'shopApp' }));
  t.deepEqual(deploymentGroups, ['renamed']);
  const batch = { applicationName: 'shopApp', deploymentGroupNames: ['renamed', 'none'] };
  const groups = await client.send(new cd.BatchGetDeploymentGroupsCommand(batch));
  t.like(groups.deploymentGroupsInfo?.[0], { deploymentConfigName: 'Twenty', deploymentGroupName: 'renamed' });
  t.regex(groups.errorMessage ?? '', /none/);
  await t.throwsAsync(client.send(new cd.DeleteDeploymentConfigCommand({ deploymentConfigName: 'Twenty' })), {
    name: 'DeploymentConfigInUseException',
  });

  await client.send(new cd.RegisterApplicationRevisionCommand({ applicationName: 'shopApp', revision }));
  const found = await client.send(new cd.GetApplicationRevisionCommand({ applicationName: 'shopApp', revision }));
  t.true(found.revisionInfo?.registerTime instanceof Date);
  await client.send(new cd.DeleteApplicationCommand({ applicationName: 'shopApp' }));
  t.deepEqual((await client.send(new cd.ListApplicationsCommand({}))).applications, ['threadsApp']);
  await client.send(new cd.DeleteDeploymentConfigCommand({ deploymentConfigName: 'Twenty' }));
  await client.send(new cd.CreateDeploymentGroupCommand({ ...groupInput, deploymentGroupName: 'threadsDG' }));
});

const update = (change: Partial<cd.CreateDeploymentGroupCommandInput>) => () =>
  client.send(new cd.CreateDeploymentGroupCommand({ ...groupInput, deploymentGroupName: 'refused', ...change }));
const pair = groupInput.loadBalancerInfo?.targetGroupPairInfoList?.[0] ?? {};
const withPair = (change: cd.TargetGroupPairInfo) =>
  update({ loadBalancerInfo: { targetGroupPairInfoList: [{ ...pair, ...change }] } });
const create = (change: Partial<cd.CreateDeploymentCommandInput>) => () =>
  client.send(new cd.CreateDeploymentCommand({ ...ours, revision, ...change }));

const REFUSALS: [string, () => Promise<unknown>, string, RegExp?][] = [
  ['an unknown application', create({ applicationName: 'none' }), 'ApplicationDoesNotExistException', /none/],
  ['a bad application name', create({ applicationName: 'a b' }), 'InvalidApplicationNameException'],
  ['an unknown group', create({ deploymentGroupName: 'none' }), 'DeploymentGroupDoesNotExistException'],
  ['no revision', create({ revision: undefined }), 'RevisionRequiredException'],
  [
    'a revision in a bucket',
    create({ revision: { revisionType: 'S3', s3Location: { bucket: 'b', key: 'k', bundleType: 'YAML' } } }),
    'InvalidRevisionException',
    /S3/,
  ],
  ['an unknown configuration', create({ deploymentConfigName: 'none' }), 'DeploymentConfigDoesNotExistException'],
  ['too long a description', create({ description: 'x'.repeat(1025) }), 'DescriptionTooLongException'],
  ['a member of servers', create({ fileExistsBehavior: 'OVERWRITE' }), 'InvalidInputException', /fileExistsBehavior/],
  ['targets of servers', create({ targetInstances: { autoScalingGroups: ['x'] } }), 'InvalidInputException'],
  [
    'rollback without events',
    create({ autoRollbackConfiguration: { enabled: true, events: [] } }),
    'InvalidAutoRollbackConfigException',
  ],
  [
    'eleven alarms',
    create({
      overrideAlarmConfiguration: {
        enabled: true,
        alarms: Array.from({ length: 11 }, (_, i) => ({ name: `alarm-${i}` })),
      },
    }),
    'AlarmsLimitExceededException',
  ],
  [
    'a malformed id',
    () => client.send(new cd.GetDeploymentCommand({ deploymentId: 'x' })),
    'InvalidDeploymentIdException',
  ],
  [
    'an unknown deployment',
    () => client.send(new cd.StopDeploymentCommand({ deploymentId: 'd-ZZZZZZZZZ' })),
    'DeploymentDoesNotExistException',
  ],
  [
    'a finished deployment',
    () => client.send(new cd.StopDeploymentCommand({ deploymentId: 'd-AAAAAAAA1' })),
    'DeploymentAlreadyCompletedException',
  ],
  [
    'an application without its group',
    () => client.send(new cd.ListDeploymentsCommand({ applicationName: 'threadsApp' })),
    'DeploymentGroupNameRequiredException',
  ],
  [
    'a group without its application',
    () => client.send(new cd.ListDeploymentsCommand({ deploymentGroupName: 'threadsDG' })),
    'ApplicationNameRequiredException',
  ],
  [
    'a status that is none',
    () => client.send(new cd.ListDeploymentsCommand({ includeOnlyStatuses: ['Nope' as 'Failed'] })),
    'InvalidDeploymentStatusException',
  ],
  [
    'a range that ends before it starts',
    () => client.send(new cd.ListDeploymentsCommand({ createTimeRange: { start: new Date(2), end: new Date(1) } })),
    'InvalidTimeRangeException',
  ],
  [
    'an unknown target',
    () => client.send(new cd.GetDeploymentTargetCommand({ deploymentId: 'd-AAAAAAAA1', targetId: 'a:b' })),
    'DeploymentTargetDoesNotExistException',
  ],
  [
    'a hook that answers Skipped',
    () =>
      client.send(
        new cd.PutLifecycleEventHookExecutionStatusCommand({
          deploymentId: 'd-AAAAAAAA1',
          lifecycleEventHookExecutionId: 'execution-1',
          status: 'Skipped',
        }),
      ),
    'InvalidLifecycleEventHookExecutionStatusException',
  ],
  [
    '26 ids',
    () => client.send(new cd.BatchGetDeploymentsCommand({ deploymentIds: Array(26).fill('d-AAAAAAAA1') })),
    'BatchLimitExceededException',
  ],
  [
    'an application for servers',
    () => client.send(new cd.CreateApplicationCommand({ applicationName: 'x' })),
    'InvalidComputePlatformException',
    /Server/,
  ],
  [
    'a second application of that name',
    () => client.send(new cd.CreateApplicationCommand({ applicationName: 'threadsApp', computePlatform: 'ECS' })),
    'ApplicationAlreadyExistsException',
  ],
  [
    'deleting a predefined configuration',
    () => client.send(new cd.DeleteDeploymentConfigCommand({ deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce' })),
    'InvalidOperationException',
  ],
  ['a second group of a service', update({}), 'ECSServiceMappingLimitExceededException', /threadsDG/],
  ['an in-place style', update({ deploymentStyle: { deploymentType: 'IN_PLACE' } }), 'InvalidDeploymentStyleException'],
  [
    'a group without blue/green settings',
    update({ blueGreenDeploymentConfiguration: undefined }),
    'InvalidBlueGreenDeploymentConfigurationException',
  ],
  [
    'a wait that is never waited',
    update({
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 9 },
      },
    }),
    'InvalidBlueGreenDeploymentConfigurationException',
    /STOP_DEPLOYMENT/,
  ],
  ['a group without role', update({ serviceRoleArn: '' }), 'RoleRequiredException'],
  [
    'a service under rolling updates',
    update({ ecsServices: [{ serviceName: 'orders', clusterName: 'shop' }] }),
    'InvalidECSServiceException',
    /CODE_DEPLOY/,
  ],
  ['a pair of one', withPair({ targetGroups: [{ name: 'threads-tg' }] }), 'InvalidTargetGroupPairException'],
  [
    'a group that is not there',
    withPair({ targetGroups: [{ name: 'threads-tg' }, { name: 'none' }] }),
    'InvalidTargetGroupPairException',
    /none/,
  ],
  [
    'a pair that the service does not use',
    withPair({ targetGroups: [{ name: 'orders' }, { name: 'threads-tg-2' }] }),
    'InvalidTargetGroupPairException',
    /threads-tg/,
  ],
  [
    'a listener that is not there',
    withPair({ prodTrafficRoute: { listenerArns: ['arn:x'] } }),
    'InvalidTargetGroupPairException',
    /arn:x/,
  ],
  ['groups of instances', update({ autoScalingGroups: ['x'] }), 'InvalidInputException', /autoScalingGroups/],
];
for (const [name, run, code, message] of REFUSALS) {
  test.serial(`CodeDeploy refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { name: code, ...(message ? { message } : {}) });
  });
}
