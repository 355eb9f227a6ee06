/** CodeDeploy applications, their revisions, and deployment configurations. */
import { z } from 'zod';
import type { TrafficRouting } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { RegisteredRevision } from '../made.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, text } from '../schema.ts';
import { applicationName, configName, madeBase, needApplication, needConfig, tagsOf } from './codedeploy-lookup.ts';
import { appSpecOf, revision, sha256Of } from './codedeploy-revision-input.ts';
import { applicationShape, configShape, date, idOf, revisionShape } from './codedeploy-shapes.ts';

const PAGE = 100;
const BATCH = 100;

const named = z.object({ applicationName: text.optional() });
const paged = z.object({ nextToken: text.optional() });
const tags = list(z.object({ Key: text, Value: text.optional() })).optional();
/** May be given, if empty: of servers. */
const ofServers = z.never('is for deployments to servers').optional();

const configInput = z.strictObject({
  deploymentConfigName: text.optional(),
  computePlatform: text.optional(),
  trafficRoutingConfig: z
    .strictObject({
      type: text.optional(),
      timeBasedCanary: z
        .strictObject({ canaryPercentage: integer().optional(), canaryInterval: integer().optional() })
        .optional(),
      timeBasedLinear: z
        .strictObject({ linearPercentage: integer().optional(), linearInterval: integer().optional() })
        .optional(),
    })
    .optional(),
  minimumHealthyHosts: ofServers,
  zonalConfig: ofServers,
});

export const applicationOperations: Readonly<Record<string, Operation>> = {
  GetApplication: operation(named, (input, call) => {
    const found = needApplication(call, input.applicationName);
    return { application: applicationShape(found, createdAt(call, 'application', found.name)) };
  }),
  ListApplications: operation(paged, ({ nextToken }, call) => {
    const page = pageOf(call.codedeploy.applications(), (one) => one.name, nextToken);
    return { applications: page.items.map(({ name }) => name), nextToken: page.next };
  }),
  BatchGetApplications: operation(z.object({ applicationNames: list(text).optional() }), (input, call) => {
    const wanted = (input.applicationNames ?? []).map(applicationName);
    if (wanted.length === 0) applicationName(undefined);
    if (wanted.length > BATCH)
      throw new ApiError('BatchLimitExceededException', `At most ${BATCH} applications are allowed`);
    const found = call.codedeploy.applications().filter(({ name }) => wanted.includes(name));
    return { applicationsInfo: found.map((one) => applicationShape(one, createdAt(call, 'application', one.name))) };
  }),
  CreateApplication: operation(
    z.strictObject({ applicationName: text.optional(), computePlatform: text.optional(), tags }),
    (input, call) => {
      const name = applicationName(input.applicationName);
      needEcs(input.computePlatform);
      if (call.codedeploy.applications().some((one) => one.name === name))
        throw new ApiError('ApplicationAlreadyExistsException', `Application already exists: ${name}`);
      const base = madeBase(call, 'aws_codedeploy_app', name, tagsOf(input.tags));
      call.codedeploy.putApplication({ ...base, name, computePlatform: 'ECS' });
      call.made.createdAtMs.set(`application/${name}`, call.clock.now());
      return { applicationId: idOf('application', name) };
    },
  ),
  DeleteApplication: operation(named, (input, call) => {
    const name = applicationName(input.applicationName);
    // AWS has no error for an application that is not there: deleting it again succeeds.
    for (const group of call.codedeploy.groups())
      if (group.applicationName === name) call.codedeploy.removeGroup(name, group.name);
    if (call.codedeploy.applications().some((one) => one.name === name)) call.codedeploy.removeApplication(name);
    call.made.revisions.delete(name);
    return null;
  }),
};

export const configOperations: Readonly<Record<string, Operation>> = {
  GetDeploymentConfig: operation(z.object({ deploymentConfigName: text.optional() }), (input, call) => {
    const found = needConfig(call, input.deploymentConfigName);
    return { deploymentConfigInfo: configShape(found, createdAt(call, 'config', found.name)) };
  }),
  ListDeploymentConfigs: operation(paged, ({ nextToken }, call) => {
    const page = pageOf(call.codedeploy.configs(), (one) => one.name, nextToken);
    return { deploymentConfigsList: page.items.map(({ name }) => name), nextToken: page.next };
  }),
  CreateDeploymentConfig: operation(configInput, (input, call) => {
    const name = configName(input.deploymentConfigName);
    needEcs(input.computePlatform);
    if (name.startsWith('CodeDeployDefault.'))
      throw new ApiError('InvalidDeploymentConfigNameException', 'Names that begin with CodeDeployDefault. are AWS’s');
    if (call.codedeploy.configs().some((one) => one.name === name))
      throw new ApiError('DeploymentConfigAlreadyExistsException', `Deployment config already exists: ${name}`);
    const routing = routingOf(input.trafficRoutingConfig);
    call.codedeploy.putConfig({ ...madeBase(call, 'aws_codedeploy_deployment_config', name, {}), name, routing });
    call.made.createdAtMs.set(`config/${name}`, call.clock.now());
    return { deploymentConfigId: idOf('config', name) };
  }),
  DeleteDeploymentConfig: operation(z.object({ deploymentConfigName: text.optional() }), (input, call) => {
    const name = configName(input.deploymentConfigName);
    const found = call.codedeploy.configs().find((one) => one.name === name);
    if (found?.predefined)
      throw new ApiError(
        'InvalidOperationException',
        `Predefined deployment configurations cannot be deleted: ${name}`,
      );
    const user = call.codedeploy.groups().find((one) => one.deploymentConfigName === name);
    if (user)
      throw new ApiError(
        'DeploymentConfigInUseException',
        `Deployment config ${name} is used by the deployment group ${user.applicationName}/${user.name}`,
      );
    if (found) call.codedeploy.removeConfig(name);
    return null;
  }),
};

export const revisionOperations: Readonly<Record<string, Operation>> = {
  RegisterApplicationRevision: operation(
    z.object({ applicationName: text.optional(), description: text.optional(), revision: revision.optional() }),
    (input, call) => {
      const { name } = needApplication(call, input.applicationName);
      const { content } = appSpecOf(input.revision);
      const made = {
        content,
        sha256: sha256Of(content),
        description: input.description ?? '',
        registeredAtMs: call.clock.now(),
      };
      const others = (call.made.revisions.get(name) ?? []).filter((one) => one.sha256 !== made.sha256);
      call.made.revisions.set(name, [...others, made].slice(-PAGE));
      return null;
    },
  ),
  GetApplicationRevision: operation(
    z.object({ applicationName: text.optional(), revision: revision.optional() }),
    (input, call) => {
      const { name } = needApplication(call, input.applicationName);
      const { content } = appSpecOf(input.revision);
      const found = revisionsOf(call, name).find((one) => one.content === content);
      if (!found) throw new ApiError('RevisionDoesNotExistException', `The application ${name} has no such revision`);
      return { applicationName: name, ...revisionInfo(call, name, found) };
    },
  ),
  ListApplicationRevisions: operation(named.extend({ nextToken: text.optional() }), (input, call) => {
    const { name } = needApplication(call, input.applicationName);
    const page = pageOf(revisionsOf(call, name), (one) => one.sha256, input.nextToken);
    return { revisions: page.items.map(revisionShape), nextToken: page.next };
  }),
};

/** Registered ones, and those of the application's deployments. */
function revisionsOf(call: Call, application: string): readonly Pick<RegisteredRevision, 'content' | 'sha256'>[] {
  const deployed = call.codedeploy
    .deployments()
    .filter((one) => one.applicationName === application)
    .map((one) => one.revision);
  const all = [...(call.made.revisions.get(application) ?? []), ...deployed];
  return [...new Map(all.map((one) => [one.sha256, one])).values()];
}

function revisionInfo(call: Call, application: string, found: { content: string; sha256: string }): object {
  const registered = call.made.revisions.get(application)?.find((one) => one.sha256 === found.sha256);
  const used = call.codedeploy
    .deployments()
    .filter((one) => one.applicationName === application && one.revision.sha256 === found.sha256);
  const times = used.map((one) => one.createdAtMs);
  return {
    revision: revisionShape(found),
    revisionInfo: {
      description: registered?.description || undefined,
      deploymentGroups: [...new Set(used.map((one) => one.groupName))],
      firstUsedTime: times.length > 0 ? date(Math.min(...times)) : undefined,
      lastUsedTime: times.length > 0 ? date(Math.max(...times)) : undefined,
      registerTime: date(registered?.registeredAtMs ?? Math.min(...times)),
    },
  };
}

function routingOf(given: z.output<typeof configInput>['trafficRoutingConfig']): TrafficRouting {
  const bad = (message: string) => new ApiError('InvalidTrafficRoutingConfigurationException', message);
  if (!given?.type) throw bad('trafficRoutingConfig needs a type');
  if (given.type === 'AllAtOnce') return { type: 'AllAtOnce' };
  const { timeBasedCanary: canary, timeBasedLinear: linear } = given;
  const share = (percentage = 0, intervalMinutes = 0) => {
    if (percentage < 1 || percentage > 99) throw bad('The percentage is from 1 to 99');
    if (intervalMinutes < 1 || intervalMinutes > 2880) throw bad('The interval is from 1 to 2880 minutes');
    return { percentage, intervalMinutes };
  };
  if (given.type === 'TimeBasedCanary' && canary)
    return { type: given.type, ...share(canary.canaryPercentage, canary.canaryInterval) };
  if (given.type === 'TimeBasedLinear' && linear)
    return { type: given.type, ...share(linear.linearPercentage, linear.linearInterval) };
  throw bad(`The traffic routing ${given.type} needs its own member: timeBasedCanary or timeBasedLinear`);
}

/** @throws ApiError InvalidComputePlatformException: AWS's default, Server, has no local counterpart */
function needEcs(computePlatform = 'Server'): void {
  if (computePlatform === 'ECS') return;
  throw new ApiError(
    'InvalidComputePlatformException',
    `The compute platform ${computePlatform} has no local counterpart: give computePlatform ECS`,
  );
}

function createdAt(call: Call, kind: string, name: string): number | null {
  return call.made.createdAtMs.get(`${kind}/${name}`) ?? null;
}

function pageOf<T>(all: readonly T[], keyOf: (one: T) => string, token: string | undefined) {
  return paginate(all, keyOf, { token, max: PAGE, errorCode: 'InvalidNextTokenException' });
}
