/** CodeDeploy's loop over a model of ECS and the real traffic control, on a clock that only moves when told to. */
import type { Action, ListenerRule, Service } from '../../../topology.ts';
import { createTrafficControl } from '../../balancer/traffic-control.ts';
import { createManualClock } from '../../clock.ts';
import { ApiError, type ServiceState, type TargetHealth } from '../../contracts.ts';
import type { AlarmState, InvocationResult, TaskSetControl, TaskSetState } from '../../contracts-delivery.ts';
import { createEventLog, type PlaneEvent } from '../../events.ts';
import { createRandom } from '../../random.ts';
import { createCodeDeploy, type SavedCodeDeploy } from '../codedeploy.ts';
import { NOTHING_SAVED } from '../delivery-file.ts';
import * as build from './builders.ts';

export interface WorldOptions {
  readonly group?: Parameters<typeof build.group>[0];
  /** Control ms until the tasks of a new set are healthy; null: never. Default 10 s */
  readonly healthyAfterMs?: number | null;
  readonly service?: Partial<Service>;
  readonly saved?: SavedCodeDeploy;
  /** What a function does when it is invoked. Default: it returns, and reports nothing. */
  readonly invoke?: (event: {
    DeploymentId: string;
    LifecycleEventHookExecutionId: string;
  }) => Partial<InvocationResult>;
}

const RETURNED: InvocationResult = {
  requestId: 'r',
  outcome: 'returned',
  payload: null,
  error: null,
  durationMs: 5,
  logTail: '',
};

/** Time until the tasks of a removed set are gone. */
const DRAIN_MS = 2000;

interface ModelSet {
  state: TaskSetState;
  healthyAtMs: number;
}

export function createWorld(options: WorldOptions = {}) {
  const clock = createManualClock();
  const events = createEventLog(clock);
  const seen: PlaneEvent[] = [];
  events.subscribe((event) => void seen.push(event));
  let service: Service | null = { ...build.SERVICE, ...options.service };
  const healthyAfter = options.healthyAfterMs === undefined ? 10_000 : options.healthyAfterMs;
  const sets: ModelSet[] = [];
  let numbers = 1;

  const steady = (set: ModelSet): boolean => clock.now() >= set.healthyAtMs;
  const stateOf = (set: ModelSet): TaskSetState => ({
    ...set.state,
    runningCount: steady(set) ? set.state.computedDesiredCount : 0,
    stability: steady(set) ? 'STEADY_STATE' : 'STABILIZING',
  });
  const need = (id: string): ModelSet => {
    const found = sets.find((set) => set.state.id === id);
    if (!found) throw new ApiError('TaskSetNotFoundException', 'The specified task set was not found.');
    return found;
  };
  const taskSets: TaskSetControl = {
    of: () => sets.map(stateOf),
    create(input) {
      const id = `ecs-svc/${numbers++}`;
      const desired = service?.desiredCount ?? 0;
      const state: TaskSetState = {
        id,
        arn: id,
        serviceArn: input.serviceArn,
        clusterArn: build.SERVICE.clusterArn,
        externalId: input.externalId,
        startedBy: 'CODE_DEPLOY',
        status: 'ACTIVE',
        taskDefinitionArn: input.taskDefinitionArn,
        computedDesiredCount: desired,
        runningCount: 0,
        pendingCount: 0,
        scalePercent: input.scalePercent ?? 100,
        stability: 'STABILIZING',
        targetGroupArn: input.targetGroupArn,
        containerName: input.containerName,
        containerPort: input.containerPort,
        failedTasks: 0,
        createdAtMs: clock.now(),
        updatedAtMs: clock.now(),
      };
      const healthyAtMs = healthyAfter === null ? Number.POSITIVE_INFINITY : clock.now() + healthyAfter;
      sets.push({ state, healthyAtMs });
      return state;
    },
    scale: () => undefined,
    makePrimary(id) {
      const chosen = need(id);
      for (const set of sets)
        set.state = {
          ...set.state,
          status: set === chosen ? 'PRIMARY' : set.state.status === 'PRIMARY' ? 'ACTIVE' : set.state.status,
        };
    },
    remove(id) {
      const set = need(id);
      if (set.state.status === 'PRIMARY') throw new ApiError('InvalidParameterException', 'primary');
      set.state = { ...set.state, status: 'DRAINING' };
      return new Promise((resolve) => {
        clock.after(DRAIN_MS, () => {
          sets.splice(sets.indexOf(set), 1);
          resolve();
        });
      });
    },
  };
  const first = taskSets.create({
    serviceArn: build.SERVICE.arn,
    externalId: null,
    taskDefinitionArn: build.taskDefinition(1).arn,
    targetGroupArn: build.BLUE.arn,
    containerName: 'threads',
    containerPort: 3000,
  });
  taskSets.makePrimary(first.id);
  need(first.id).healthyAtMs = 0;

  const health = (targetGroupArn: string): readonly TargetHealth[] =>
    sets
      .filter((set) => set.state.targetGroupArn === targetGroupArn && set.state.status !== 'DRAINING' && steady(set))
      .flatMap((set) =>
        Array.from({ length: set.state.computedDesiredCount }, (_, i) => ({
          target: {
            id: `${set.state.id}-${i}`,
            port: 3000,
            endpoint: { host: 'h', port: 1 },
            zone: 'a',
            securityGroupIds: [],
          },
          state: 'healthy' as const,
          reason: null,
          description: null,
        })),
      );

  let rule: ListenerRule | null = build.RULE;
  let test = build.TEST;
  /** What every moment of the run is checked for: no production share on a group that nobody answers for. */
  const faults: string[] = [];
  const watchRoute = (actions: readonly Action[], what: string): void => {
    const last = actions.at(-1);
    if (last?.type !== 'forward') return;
    const sum = last.targetGroups.reduce((total, one) => total + one.weight, 0);
    if (last.targetGroups.length === 2 && sum !== 100) faults.push(`${what}: weights sum to ${sum}`);
    for (const { arn, weight } of last.targetGroups)
      if (weight > 0 && health(arn).length === 0) faults.push(`${what}: ${weight} to ${arn}, where nobody is healthy`);
  };
  const traffic = createTrafficControl({
    listener: (arn) => (arn === build.PRODUCTION.arn ? build.PRODUCTION : arn === test.arn ? test : undefined),
    rulesOf: (arn) => (arn === build.PRODUCTION.arn && rule ? [rule] : []),
    hasGroup: (arn) => arn === build.BLUE.arn || arn === build.GREEN.arn,
    replace({ ruleArn }, actions) {
      if (ruleArn !== null && rule) {
        watchRoute(actions, 'production');
        rule = { ...rule, actions };
      } else test = { ...test, defaultActions: actions };
    },
  });

  const alarms = new Map<string, AlarmState>();
  const listeners = new Set<() => void>();
  const codedeploy = createCodeDeploy({
    clock,
    random: createRandom('codedeploy'),
    events,
    ecs: {
      services: () => (service ? [serviceState(service)] : []),
      taskDefinitions: () => [1, 2, 3].map(build.taskDefinition),
      taskSets,
    },
    registry: { health },
    traffic,
    alarms: { alarms: () => [...alarms.values()] },
    functions: {
      functions: () => [build.hookFunction('check')],
      invoke: async (_name, event) => ({ ...RETURNED, ...options.invoke?.(event as never) }),
    },
    targetGroups: () => [build.BLUE, build.GREEN],
    onWorld(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved: options.saved ?? NOTHING_SAVED.codedeploy,
    onSaved: () => undefined,
  });
  void codedeploy.handlers.codeDeployApplications.put(build.APPLICATION, null, new AbortController().signal);
  const group = build.group(options.group);
  void codedeploy.handlers.deploymentGroups.put(group, null, new AbortController().signal);

  return {
    clock,
    events: seen,
    faults,
    taskSets,
    codedeploy,
    control: codedeploy.control,
    traffic,
    /** Production weights by target group name. */
    weights: () => weightsOf(rule?.actions ?? []),
    testWeights: () => weightsOf(test.defaultActions),
    setAlarm(name: string, state: AlarmState['state']) {
      alarms.set(name, { definition: build.alarm(name), state, reason: '', updatedAtMs: 0, history: [] });
      for (const listener of listeners) listener();
    },
    removeRule() {
      rule = null;
    },
    removeService() {
      service = null;
    },
    removeGroup: () => codedeploy.handlers.deploymentGroups.remove(group, new AbortController().signal),
    deploy: (revision = 2, change: Partial<Parameters<typeof codedeploy.control.createDeployment>[0]> = {}) =>
      codedeploy.control.createDeployment({
        applicationName: 'threadsApp',
        groupName: 'threadsDG',
        content: build.appSpec(revision),
        ...change,
      }),
    find: (id: string) => codedeploy.control.deployments().find((one) => one.id === id)!,
    newest: () => codedeploy.control.deployments()[0]!,
  };
}

function weightsOf(actions: readonly Action[]): Record<string, number> {
  const last = actions.at(-1);
  const names = new Map([build.BLUE, build.GREEN].map((one) => [one.arn, one.name]));
  if (last?.type !== 'forward') return {};
  return Object.fromEntries(last.targetGroups.map(({ arn, weight }) => [names.get(arn) ?? arn, weight]));
}

function serviceState(definition: Service): ServiceState {
  const counts = { desiredCount: definition.desiredCount, runningCount: 0, pendingCount: 0 };
  return { definition, status: 'ACTIVE', ...counts, deployments: [], taskSets: [], events: [], steady: true };
}
