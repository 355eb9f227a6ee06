/** The calls to CodeDeploy: what they refuse, and what they set in motion (CD API reference). */
import { ApiError } from '../contracts.ts';
import type { BlueGreenDeployment, CodeDeployControl, TaskSetState } from '../contracts-delivery.ts';
import type { Book } from './book.ts';
import type { CodeDeployOptions } from './codedeploy.ts';
import { checkNoneRuns, newDeployment } from './create-deployment.ts';
import { pastStopping } from './decide-guards.ts';
import { currentEvent, type DeploymentRecord, isFinished, isOver } from './deployment.ts';
import { trafficPercent } from './observe.ts';
import { deploymentView } from './view.ts';

export interface ControlContext
  extends Pick<CodeDeployOptions, 'clock' | 'ecs' | 'traffic' | 'functions' | 'targetGroups'> {
  readonly book: Book;
  /** Newest first. */
  readonly records: () => readonly DeploymentRecord[];
  readonly get: (id: string) => DeploymentRecord | undefined;
  readonly add: (record: DeploymentRecord) => void;
  readonly change: (id: string, patch: Partial<DeploymentRecord>) => void;
  /** Takes the deployment as far as it goes now. */
  readonly run: (id: string) => void;
  readonly newId: () => string;
}

const ID = /^d-[A-Z0-9]{9}$/;
const STOPPED = 'No more commands will be scheduled for execution in the deployment instances';

export function createControl(context: ControlContext): CodeDeployControl {
  const { book, ecs, clock } = context;

  function need(id: string): DeploymentRecord {
    const found = context.get(id);
    if (found) return found;
    if (!ID.test(id)) throw new ApiError('InvalidDeploymentIdException', `The deployment id ${id} is not valid.`);
    throw new ApiError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
  }

  function needRunning(id: string): DeploymentRecord {
    const record = need(id);
    if (isOver(record))
      throw new ApiError('DeploymentAlreadyCompletedException', `The deployment ${id} is ${record.status} already.`);
    return record;
  }

  /** @param sets of services that were looked at already: many deployments are of one service */
  function view(record: DeploymentRecord, sets = new Map<string, readonly TaskSetState[]>()): BlueGreenDeployment {
    const own = sets.get(record.serviceArn) ?? ecs.taskSets.of(record.serviceArn);
    sets.set(record.serviceArn, own);
    return deploymentView(record, {
      sets: own,
      trafficPercent: (side) => trafficPercent(record, side, context.traffic),
    });
  }

  const findDefinition = (reference: string) => {
    const short = reference.split('/').at(-1) ?? reference;
    const [family, revision] = short.split(':');
    return ecs
      .taskDefinitions()
      .filter((d) => d.arn === reference || (d.family === family && !reference.startsWith('arn:')))
      .filter((d) => revision === undefined || d.revision === Number(revision))
      .toSorted((a, b) => b.revision - a.revision)[0];
  };

  return {
    applications: book.applications,
    groups: book.groups,
    configs: book.configs,
    putApplication: book.putApplication,
    removeApplication: book.removeApplication,
    putGroup: book.putGroup,
    removeGroup: book.removeGroup,
    putConfig: book.putConfig,
    removeConfig: book.removeConfig,
    deployments() {
      const sets = new Map<string, readonly TaskSetState[]>();
      return context.records().map((record) => view(record, sets));
    },
    createDeployment(input) {
      const group = book.needGroup(input.applicationName, input.groupName);
      const config = book.needConfig(input.configName ?? group.deploymentConfigName);
      checkNoneRuns(group, context.records());
      const service = ecs.services().find(({ definition, status }) => isOf(group, definition) && status !== 'INACTIVE');
      const record = newDeployment(input, {
        id: context.newId(),
        nowMs: clock.now(),
        group,
        config,
        service,
        taskSets: service ? ecs.taskSets.of(service.definition.arn) : [],
        targetGroups: context.targetGroups(),
        definition: findDefinition,
        functions: context.functions.functions(),
      });
      context.add(record);
      return view(record);
    },
    stop(id, autoRollback) {
      const record = needRunning(id);
      const blue = ecs.taskSets.of(record.serviceArn).find((set) => set.id === record.blue.taskSetId);
      if (pastStopping(record, { blue: blue ? { draining: blue.status === 'DRAINING' } : null }))
        throw new ApiError(
          'DeploymentAlreadyCompletedException',
          `The deployment ${id} has progressed to a point where it cannot be stopped.`,
        );
      context.change(id, { stop: { autoRollback: autoRollback ?? null } });
      context.run(id);
      return isOver(need(id))
        ? { status: 'Succeeded', message: STOPPED }
        : { status: 'Pending', message: 'The deployment is being stopped.' };
    },
    continueDeployment(id, wait) {
      const record = needRunning(id);
      if (wait === 'READY_WAIT') {
        if (record.status !== 'Ready')
          throw new ApiError(
            'DeploymentIsNotInReadyStateException',
            `The deployment ${id} is not in a ready state: it is ${record.status}.`,
          );
        context.change(id, { continued: true, status: 'InProgress', readyUntilMs: null });
      } else {
        if (currentEvent(record) !== null || record.creator !== 'user')
          throw new ApiError(
            'InvalidDeploymentStatusException',
            `The deployment ${id} does not wait for the termination of its original task set.`,
          );
        context.change(id, { endBlueNow: true });
      }
      context.run(id);
    },
    putHookStatus(id, executionId, status) {
      const record = need(id);
      if (status !== 'Succeeded' && status !== 'Failed')
        throw new ApiError(
          'InvalidLifecycleEventHookExecutionStatusException',
          'The result of a Lambda validation function that verifies a lifecycle event is invalid. It should return Succeeded or Failed.',
        );
      const event = record.lifecycleEvents.find((one) => one.hook?.executionId === executionId);
      if (!event)
        throw new ApiError(
          'InvalidLifecycleEventHookExecutionIdException',
          'A lifecycle event hook is invalid. Review the hooks section in your AppSpec file to ensure the lifecycle events and hooks functions are valid.',
        );
      if (isOver(record) || isFinished(event) || record.hook.answer !== null)
        throw new ApiError(
          'LifecycleEventAlreadyCompletedException',
          'An attempt to return the status of an already completed lifecycle event occurred.',
        );
      context.change(id, { hook: { answer: status, lost: null } });
      context.run(id);
      return executionId;
    },
  };
}

const isOf = (
  group: { readonly clusterName: string; readonly serviceName: string },
  definition: { readonly clusterName: string; readonly name: string },
): boolean => definition.clusterName === group.clusterName && definition.name === group.serviceName;
