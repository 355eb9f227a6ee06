/** A service as the stacks want it, made or changed as ECS would (ECS CreateService, UpdateService). */
import { CutoverError } from '../../errors.ts';
import type { Service, TaskDefinition } from '../../topology.ts';
import type { ServiceSettings } from '../contracts.ts';
import {
  comesBack,
  countComesBack,
  ignores,
  revisionComesBack,
  type SavedRevision,
  type SavedService,
} from './saved-service.ts';
import { type Deployment, hasTaskSets, newRecord, type ServiceRecord } from './service-record.ts';
import type { TaskSets } from './task-sets.ts';

export interface PutContext {
  readonly records: Map<string, ServiceRecord>;
  readonly taskSets: TaskSets;
  /** What ran before the plane was killed, once. */
  readonly takeSaved: (serviceArn: string) => SavedService | null;
  readonly definitionOf: (arn: string) => TaskDefinition;
  readonly deploy: (record: ServiceRecord, definition: TaskDefinition, reason: string) => Deployment;
  /** The deployment under way when the plane was killed goes on. @returns false where it does not */
  readonly resume: (record: ServiceRecord, next: Service, saved: SavedService) => boolean;
  /** Brings back a revision that had a service's traffic. @returns false where it cannot come back */
  readonly restore: (record: ServiceRecord, revision: SavedRevision) => boolean;
}

/** @throws CutoverError where ECS would refuse it */
export function putService(next: Service, previous: Service | null, context: PutContext): void {
  const existing = context.records.get(next.arn);
  const live = existing && existing.status !== 'INACTIVE' ? existing : null;
  if (hasTaskSets(next)) {
    if (live) changeTaskSets(live, next, previous);
    else makeTaskSets(next, context);
  } else if (live) changeDeployments(live, next, previous, context);
  else {
    const record = newRecord(next);
    const definition = context.definitionOf(next.taskDefinitionArn);
    const saved = context.takeSaved(next.arn);
    // How many daemons there are is what instances there are.
    if (saved && !isDaemon(next) && countComesBack(saved, next)) record.desiredCount = saved.desiredCount;
    context.records.set(next.arn, record);
    record.serviceDeployments = saved?.serviceDeployments ?? [];
    const revision = saved && revisionComesBack(saved, next);
    if (revision && context.restore(record, revision)) return;
    if (!saved || !context.resume(record, next, saved)) context.deploy(record, definition, '');
  }
}

function makeTaskSets(next: Service, context: PutContext): void {
  const record = newRecord(next);
  const saved = context.takeSaved(next.arn);
  const definition = next.deploymentController === 'EXTERNAL' ? null : context.definitionOf(next.taskDefinitionArn);
  context.records.set(next.arn, record);
  if (saved && comesBack(saved, next)) {
    if (countComesBack(saved, next)) record.desiredCount = saved.desiredCount;
    const restored = saved.taskSets.filter((set) => context.taskSets.restore(record, set));
    const primary = restored.find((set) => set.status === 'PRIMARY');
    if (primary) {
      const named = next.loadBalancers.map((lb) => lb.targetGroupArn);
      record.movedFrom = named.filter((arn) => arn !== primary.targetGroupArn);
      return;
    }
    record.taskSets = [];
  }
  if (definition) context.taskSets.first(record, definition);
}

/** ECS changes little of such a service; the rest is CodeDeploy's (ECS UpdateService). */
function changeTaskSets(record: ServiceRecord, next: Service, previous: Service | null): void {
  const live = record.definition;
  const kept = (attribute: string): boolean => previous !== null && ignores(next, attribute);
  const refusals = [
    !kept('task_definition') && next.taskDefinitionArn !== live.taskDefinitionArn
      ? refusal(next, 'task_definition', 'Unable to update task definition', next.taskDefinitionArn)
      : [],
    !kept('load_balancer') && digestOf(next.loadBalancers) !== digestOf(live.loadBalancers)
      ? refusal(next, 'load_balancer', 'Unable to update load balancers', next.loadBalancers)
      : [],
    !kept('network_configuration') && networkDigest(next) !== networkDigest(previous ?? live)
      ? refusal(next, 'network_configuration', 'Unable to update network parameters', next.subnetIds)
      : [],
    next.forceNewDeployment && !previous?.forceNewDeployment
      ? refusal(next, 'force_new_deployment', 'Cannot force a new deployment', true)
      : [],
  ].flat();
  if (refusals.length > 0 && next.deploymentController === 'CODE_DEPLOY') throw new CutoverError(refusals);
  if (!kept('desired_count')) record.desiredCount = next.desiredCount;
  record.definition = { ...next, taskDefinitionArn: live.taskDefinitionArn, loadBalancers: live.loadBalancers };
  record.steady = false;
}

const refusal = (service: Service, attribute: string, what: string, value: unknown) =>
  ({
    code: 'APPLY_FAILED',
    address: `${service.address}.${attribute}`,
    message: `InvalidParameterException: ${what} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
    value,
    rule: 'ECS UpdateService: CodeDeploy alone changes the version of a CODE_DEPLOY service',
    fix: `name ${attribute} in lifecycle.ignore_changes, and deploy with ./cutover deploy ${service.name} --tag T`,
  }) as const;

function changeDeployments(
  record: ServiceRecord,
  next: Service,
  previous: Service | null,
  { definitionOf, deploy }: PutContext,
): void {
  const definition = definitionOf(next.taskDefinitionArn);
  const kept = (attribute: string): boolean => previous !== null && ignores(next, attribute);
  if (!kept('desired_count') && !isDaemon(next)) record.desiredCount = next.desiredCount;
  const old = record.definition;
  record.definition = next;
  const current = record.deployments[0]?.definition;
  const keptDefinition = kept('task_definition') && current !== undefined;
  const moved = !keptDefinition && current?.arn !== definition.arn;
  const attached = digestOf(old.loadBalancers) !== digestOf(next.loadBalancers) || old.launchType !== next.launchType;
  const forced = next.forceNewDeployment && !previous?.forceNewDeployment;
  if (moved || attached || forced || networkDigest(old) !== networkDigest(next))
    deploy(record, keptDefinition ? current : definition, '');
  record.steady = false;
}

const isDaemon = ({ schedulingStrategy }: Service): boolean => schedulingStrategy === 'DAEMON';

const digestOf = (value: unknown): string => JSON.stringify(value);

/** A change of these makes new tasks (ECS update-service: network configuration). */
const networkDigest = (s: Service): string => digestOf([s.subnetIds, s.securityGroupIds]);

const SETTINGS = [
  ['minimumHealthyPercent', 'deployment_minimum_healthy_percent'],
  ['maximumPercent', 'deployment_maximum_percent'],
  ['circuitBreaker', 'deployment_circuit_breaker'],
  ['deploymentAlarms', 'alarms'],
  ['deploymentStrategy', 'deployment_configuration'],
  ['healthCheckGracePeriodSeconds', 'health_check_grace_period_seconds'],
] as const satisfies readonly (readonly [keyof ServiceSettings, string])[];

/** Attributes whose live value is not the applied one any more: a deployment, a scaling or a call changed them. */
export function serviceDrift(applied: Service, record: ServiceRecord | undefined): readonly string[] {
  // A service that was deleted by a call is made anew.
  if (record?.status !== 'ACTIVE') return ['(gone)'];
  const live = hasTaskSets(applied)
    ? record.definition.taskDefinitionArn
    : (record.deployments[0]?.definition.arn ?? applied.taskDefinitionArn);
  return [
    ...(isDaemon(applied) || record.desiredCount === applied.desiredCount ? [] : ['desired_count']),
    ...(digestOf(record.definition.loadBalancers) === digestOf(applied.loadBalancers) ? [] : ['load_balancer']),
    ...(live === applied.taskDefinitionArn ? [] : ['task_definition']),
    ...SETTINGS.filter(([key]) => digestOf(record.definition[key]) !== digestOf(applied[key])).map(([, name]) => name),
  ];
}
