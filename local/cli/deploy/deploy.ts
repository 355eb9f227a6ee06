/** One deployment from its order to its end: what is found, what is checked, what is changed, in that order. */
import { CutoverError, ExitCode } from '../../errors.ts';
import { fillAppSpec } from './app-spec.ts';
import { startBlueGreen } from './blue-green.ts';
import { appSpecText, type FoundGroup, findGroup } from './find-group.ts';
import { type FoundService, findService } from './find-service.ts';
import type { Ended } from './outcome.ts';
import type { Reporter } from './reporter.ts';
import { needImage, planRevision, type RevisionPlan, registerRevision } from './revision.ts';
import { startRolling } from './rolling.ts';
import type { Snapshot } from './snapshot.ts';
import type { DeployTarget } from './target.ts';
import { createVersions } from './versions.ts';
import { type WatchContext, watchBlueGreen, watchRolling } from './watch.ts';

export interface DeployOrder {
  readonly service: string;
  readonly tag: string;
  readonly cluster?: string;
  readonly container?: string;
  /** AppSpec file of a blue/green deployment. */
  readonly appSpecFile?: string;
  /** Event → function; with these alone the stored AppSpec is still used, and they are added. */
  readonly hooks: Readonly<Record<string, string>>;
  /** Do not use the stored AppSpec: build one from the service. */
  readonly fresh: boolean;
  readonly config?: string;
  readonly description?: string;
  readonly watch: boolean;
}

/** What was done and how it ended; `--json` prints it as its last line. */
export interface DeployResult {
  readonly version: 1;
  readonly outcome: Ended['outcome'] | 'STARTED';
  readonly reason: string;
  readonly cluster: string;
  readonly service: string;
  readonly controller: 'ECS' | 'CODE_DEPLOY';
  readonly deploymentId: string;
  readonly taskDefinition: { readonly before: string; readonly after: string };
  readonly tag: { readonly before: string; readonly after: string };
  readonly rollbackDeploymentId: string | null;
  /** What was seen last; null where nothing was watched. */
  readonly last: Snapshot | null;
}

export interface DeployContext {
  readonly target: DeployTarget;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told once the deployment is under way: what stops it, for Ctrl-C. */
  readonly onStarted: (stopHint: string) => void;
}

/** @throws CutoverError before anything is changed where the order cannot be carried out */
export async function deploy(order: DeployOrder, context: DeployContext): Promise<DeployResult> {
  const { target, reporter } = context;
  const service = await findService(target, order.service, order.cluster);
  checkController(service, order);
  const group = service.controller === 'CODE_DEPLOY' ? await findGroup(target, service) : null;
  const plan = await planRevision(target, service, {
    tag: order.tag,
    ...(order.container === undefined ? {} : { container: order.container }),
  });
  // Read, and refused, before a revision is registered.
  const appSpec = group ? await preparedAppSpec(target, service, group, order) : null;
  await needImage(target, plan.image, (text) => reporter.note(text));
  const arn = await registerRevision(target, plan);
  reporter.note(
    `${service.clusterName}/${service.name}: ${plan.before.taskDefinition} (${plan.before.tag}) → ${short(arn)} (${order.tag}), at ${target.name}`,
  );
  const versions = createVersions(target, plan.containerName);
  const watching: WatchContext = { target, versions, reporter, signal: context.signal };
  const facts = factsOf(order, service, plan, arn);
  return group && appSpec !== null
    ? deployBlueGreen(order, context, watching, { facts, group, content: appSpec(arn) })
    : deployRolling(order, context, watching, { facts, service, arn });
}

type Facts = Omit<DeployResult, 'outcome' | 'reason' | 'deploymentId' | 'rollbackDeploymentId' | 'last'>;

async function deployRolling(
  order: DeployOrder,
  context: DeployContext,
  watching: WatchContext,
  { facts, service, arn }: { facts: Facts; service: FoundService; arn: string },
): Promise<DeployResult> {
  const started = await startRolling(context.target, service, arn);
  context.onStarted(`./cutover deploy ${service.name} --tag ${facts.tag.before} goes back`);
  const base = { ...facts, deploymentId: started.id, rollbackDeploymentId: null };
  if (!order.watch) return { ...base, outcome: 'STARTED', reason: '', last: null };
  const { outcome, reason, last } = await watchRolling(watching, service, started);
  return { ...base, outcome, reason, last };
}

async function deployBlueGreen(
  order: DeployOrder,
  context: DeployContext,
  watching: WatchContext,
  { facts, group, content }: { facts: Facts; group: FoundGroup; content: string },
): Promise<DeployResult> {
  const deploymentId = await startBlueGreen(context.target, {
    application: group.application,
    group: group.name,
    content,
    description: order.description ?? `${facts.service} ${facts.tag.before} to ${facts.tag.after}`,
    ...(order.config ? { config: order.config } : {}),
  });
  context.onStarted(
    `./cutover deploy --stop ${deploymentId} stops it, ./cutover deploy --follow ${deploymentId} shows it again`,
  );
  const base = { ...facts, deploymentId };
  if (!order.watch) return { ...base, outcome: 'STARTED', reason: '', rollbackDeploymentId: null, last: null };
  const { outcome, reason, last, rollback } = await watchBlueGreen(watching, deploymentId);
  return { ...base, outcome, reason, rollbackDeploymentId: rollback?.last.deploymentId ?? null, last };
}

function factsOf(order: DeployOrder, service: FoundService, plan: RevisionPlan, arn: string): Facts {
  return {
    version: 1,
    cluster: service.clusterName,
    service: service.name,
    controller: service.controller === 'CODE_DEPLOY' ? 'CODE_DEPLOY' : 'ECS',
    taskDefinition: { before: plan.before.taskDefinition, after: short(arn) },
    tag: { before: plan.before.tag, after: order.tag },
  };
}

/** @returns the AppSpec's text once the new revision's ARN is known; all else is checked now */
async function preparedAppSpec(
  target: DeployTarget,
  service: FoundService,
  group: FoundGroup,
  order: DeployOrder,
): Promise<(taskDefinitionArn: string) => string> {
  const { text, source } = await appSpecText(target, service, {
    application: group.application,
    fresh: order.fresh,
    ...(order.appSpecFile === undefined ? {} : { file: order.appSpecFile }),
  });
  const fill = (taskDefinitionArn: string): string =>
    fillAppSpec(text, { taskDefinitionArn, hooks: order.hooks, source });
  fill('arn:aws:ecs:::task-definition/checked:1');
  return fill;
}

/** @throws CutoverError where the service's controller cannot do what is asked */
function checkController(service: FoundService, order: DeployOrder): void {
  if (service.controller === 'EXTERNAL')
    throw new CutoverError({
      code: 'AWS_REFUSED',
      address: service.name,
      message: `${service.name} is deployed by an external controller: its task sets are made one by one`,
      value: 'EXTERNAL',
      rule: 'ECS deployment-type-external',
      fix: 'use aws ecs create-task-set and update-service-primary-task-set',
    });
  if (service.controller !== 'ECS') return;
  const flags = {
    '--appspec': order.appSpecFile,
    '--hook': Object.keys(order.hooks).join(', '),
    '--config': order.config,
  };
  const wrong = Object.entries(flags).find(([, value]) => value);
  if (wrong)
    throw new CutoverError({
      code: 'BAD_FLAG',
      address: wrong[0],
      message: `${service.name} is deployed by rolling updates: ${wrong[0]} is of CodeDeploy`,
      value: wrong[1] ?? null,
      rule: 'AppSpec, hooks and configurations are of services with deployment controller CODE_DEPLOY',
      fix: `leave out ${wrong[0]}`,
    });
}

/** 0 where it succeeded, or was started and is not watched; 10 where it did not come through. */
export function exitCodeOf(outcome: DeployResult['outcome']): ExitCode {
  return outcome === 'SUCCEEDED' || outcome === 'STARTED' ? ExitCode.pass : ExitCode.fail;
}

const short = (arn: string): string => arn.split('/').at(-1) ?? arn;
