/** The services' loop over tasks and targets that are only told to be so, on a clock that only moves when told to. */
import type { Service } from '../../../topology.ts';
import { createManualClock } from '../../clock.ts';
import { taskDefinition } from '../../codedeploy/testing/builders.ts';
import type { TargetHealth } from '../../contracts.ts';
import type { Task } from '../../ecs/task.ts';
import { createEventLog } from '../../events.ts';
import { createRandom } from '../../random.ts';
import type { AlarmSight } from '../decide-alarms.ts';
import type { DaemonInstance } from '../decide-daemon.ts';
import type { SavedService } from '../saved-service.ts';
import type { Rollout, ServiceRecord } from '../service-record.ts';
import { createServices } from '../services.ts';
import { createRules } from './rules.ts';

/** Time until a task runs, and until its target is healthy. */
const START_MS = 1000;
const HEALTHY_MS = 3000;
const STOP_MS = 500;

export interface WorldOptions {
  readonly saved?: readonly SavedService[];
  /** Revisions whose tasks end as soon as they start. */
  readonly crashing?: readonly number[];
  readonly deploying?: () => boolean;
  /** Task definitions that were deregistered. */
  readonly inactive?: readonly string[];
  /** Container instances, of a world of DAEMON services. */
  readonly instances?: () => readonly DaemonInstance[];
  readonly associated?: (targetGroupArn: string) => boolean;
  /** What the functions of lifecycle hooks return. */
  readonly hook?: (functionArn: string, event: unknown) => unknown;
}

export function createWorld(options: WorldOptions = {}) {
  const clock = createManualClock();
  const random = createRandom('deployer');
  const live = new Map<string, Task>();
  const sick = new Set<string>();
  const balancing = createRules();
  let hook: NonNullable<WorldOptions['hook']> = options.hook ?? (() => undefined);
  const alarms = new Map<string, AlarmSight>();
  let savedChanges = 0;

  function startTask(record: ServiceRecord, rollout: Rollout, instanceId: string | null): { task: Task } {
    const task = {
      id: random.hex(8),
      clusterArn: record.definition.clusterArn,
      group: `service:${record.definition.name}`,
      service: { ...record.definition, loadBalancers: rollout.service.loadBalancers },
      definition: rollout.definition,
      deploymentId: rollout.id,
      status: 'PENDING',
      desiredStatus: 'RUNNING',
      instance: instanceId === null ? null : { id: instanceId, status: 'ACTIVE' },
      containers: [],
      targets: [],
      startedAtMs: null,
      everHealthy: false,
      stopCode: null,
      stoppedReason: null,
    } as unknown as Task;
    live.set(task.id, task);
    clock.after(START_MS, () => begin(task));
    return { task };
  }

  function begin(task: Task): void {
    if (task.desiredStatus === 'STOPPED') return;
    if (options.crashing?.includes(task.definition.revision)) {
      task.stopCode = 'EssentialContainerExited';
      task.stoppedReason = 'Essential container in task exited';
      task.desiredStatus = 'STOPPED';
      gone(task);
      return;
    }
    task.status = 'RUNNING';
    task.startedAtMs = clock.now();
    for (const lb of task.service?.loadBalancers ?? [])
      task.targets.push({
        groupArn: lb.targetGroupArn,
        target: { id: task.id, port: 3000, endpoint: { host: 'h', port: 1 }, zone: 'a', securityGroupIds: [] },
      });
    services.kick();
  }

  function gone(task: Task): void {
    task.status = 'STOPPED';
    live.delete(task.id);
    services.taskStopped(task);
  }

  const health = (groupArn: string): readonly TargetHealth[] =>
    [...live.values()].flatMap((task) =>
      task.targets
        .filter((one) => one.groupArn === groupArn)
        .map(({ target }) => ({ target, state: stateOf(task), reason: null, description: null })),
    );
  const stateOf = (task: Task): TargetHealth['state'] =>
    sick.has(task.id) ? 'unhealthy' : clock.now() - (task.startedAtMs ?? 0) >= HEALTHY_MS ? 'healthy' : 'initial';

  const services = createServices({
    clock,
    random,
    events: createEventLog(clock),
    registry: { health, register: () => undefined, deregister: async () => undefined, onChange: () => () => undefined },
    tasks: () => [...live.values()],
    definition: (reference) => [1, 2, 3].map(taskDefinition).find((one) => one.arn === reference),
    startTask,
    stopTask(task, stopCode, reason) {
      if (task.desiredStatus === 'STOPPED') return;
      Object.assign(task, { desiredStatus: 'STOPPED', stopCode, stoppedReason: reason });
      clock.after(STOP_MS, () => gone(task));
    },
    network: { missing: (_kind, ids) => ids.find((id) => id.endsWith('-nope')) ?? null },
    isInactive: (arn) => options.inactive?.includes(arn) ?? false,
    associated: options.associated ?? (() => true),
    deploying: options.deploying ?? (() => false),
    alarms: () => [...alarms.values()],
    daemonInstances: () => options.instances?.() ?? [],
    traffic: balancing.traffic,
    invoke: async (name, event) => ({
      requestId: 'request',
      outcome: 'returned',
      payload: hook(name, event) ?? { hookStatus: 'SUCCEEDED' },
      error: null,
      durationMs: 1,
      logTail: '',
    }),
    saved: options.saved ?? [],
    onSaved: () => void savedChanges++,
  });
  const signal = new AbortController().signal;

  return {
    clock,
    services,
    sets: services.taskSets,
    /** Revisions that run, by target group name. */
    running: () =>
      [...live.values()]
        .filter((task) => task.status === 'RUNNING' && task.desiredStatus === 'RUNNING')
        .map((task) => `${task.targets[0]?.groupArn.split('/')[1]} v${task.definition.revision}`)
        .sort(),
    tasks: () => [...live.values()],
    rules: balancing,
    setHook(next: NonNullable<WorldOptions['hook']>) {
      hook = next;
    },
    /** An alarm of one period of a minute. */
    setAlarm: (name: string, state: AlarmSight['state']) =>
      void alarms.set(name, { name, state, periodSeconds: 60, evaluationPeriods: 1 }),
    makeSick: (id: string) => void sick.add(id),
    put: (next: Service, previous: Service | null = null) => services.handler.put(next, previous, signal),
    remove: (service: Service) => services.handler.remove(service, signal),
    record: () => services.records()[0]!,
    savedChanges: () => savedChanges,
  };
}
