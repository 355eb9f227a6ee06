/** A task's life: secrets, ports, containers in order, registration; and its end: drain, SIGTERM, SIGKILL. */
import { availableParallelism } from 'node:os';
import type { ContainerDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type {
  AddressBook,
  ImageResolver,
  LogStore,
  ParameterStore,
  ProcessRunner,
  TargetRegistry,
} from '../contracts.ts';
import type { EventLog } from '../events.ts';
import type { SecretValues } from '../params/secret-values.ts';
import type { Random } from '../random.ts';
import { watchHealth } from './container-health.ts';
import { leasePort } from './host-ports.ts';
import type { Binding, Container, Task } from './task.ts';

export interface RunnerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly registry: TargetRegistry;
  readonly processes: ProcessRunner;
  readonly images: ImageResolver;
  readonly parameters: ParameterStore;
  readonly secretValues: SecretValues;
  readonly logs: LogStore;
  readonly taskEnvironment: () => Readonly<Record<string, string>>;
  readonly metadataUri: (taskId: string) => string;
  /** Something about a task changed. */
  readonly onChange: (task: Task) => void;
  /** A task has stopped for good: what it held may be given to others. */
  readonly onStopped: (task: Task) => void;
}

/** A Node service needs about 150 ms of a core until it listens: half a second shared by the cores leaves room to serve. */
const START_GAP_WALL_MS = Math.round(500 / availableParallelism());

/** Lines of containers without a log configuration go here, so that they can be looked at. */
const UNCONFIGURED_GROUP = '/cutover/no-log-configuration';

export interface TaskRunner {
  start(task: Task): Promise<void>;
  stop(
    task: Task,
    stopCode: string,
    reason: string,
    options?: { skipDrain?: boolean; graceSeconds?: number },
  ): Promise<void>;
}

export function createTaskRunner(options: RunnerOptions): TaskRunner {
  const { clock, addresses, registry, processes, parameters, secretValues, logs } = options;

  /** Processes start one after another, so that those that serve keep the machine. */
  let gate: Promise<void> = Promise.resolve();
  const startSlot = (): Promise<void> => {
    const mine = gate;
    gate = gate.then(() => new Promise((resolve) => void clock.afterWall(START_GAP_WALL_MS, resolve)));
    return mine;
  };

  async function start(task: Task): Promise<void> {
    try {
      task.status = 'PENDING';
      const secrets = readSecrets(task, parameters, secretValues);
      await lease(task);
      openLogs(task, logs);
      const commands = new Map(
        await Promise.all(
          task.definition.containers.map(async (c) => [c.name, await options.images.resolve(c.image)] as const),
        ),
      );
      task.status = 'ACTIVATING';
      for (const definition of startOrder(task.definition.containers)) {
        if (isStopping(task)) return;
        await dependenciesMet(task, definition);
        await startSlot();
        const command = commands.get(definition.name);
        if (isStopping(task) || !command) return;
        launch(task, definition, command, secrets.get(definition.name) ?? {});
      }
      if (isStopping(task)) return;
      task.status = 'RUNNING';
      task.startedAtMs = clock.now();
      register(task);
      options.onChange(task);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await stop(
        task,
        'TaskFailedToStart',
        message.startsWith('ResourceInitializationError') ? message : `CannotStartContainerError: ${message}`,
      );
    }
  }

  async function lease(task: Task): Promise<void> {
    const { networkMode } = task.definition;
    for (const definition of task.definition.containers) {
      const container = task.containers.find((c) => c.name === definition.name) as Container;
      const bindings: Binding[] = [];
      for (const mapping of definition.portMappings) {
        const dynamic = networkMode === 'bridge' && mapping.hostPort === 0;
        const held = task.instance?.reservations.get(task.id)?.ports ?? [];
        const hostPort =
          dynamic && task.instance
            ? await leasePort(task.instance, held, options.random)
            : networkMode === 'awsvpc'
              ? mapping.containerPort
              : mapping.hostPort || mapping.containerPort;
        if (hostPort === null) throw new Error('no dynamic host port is free in the instance’s range');
        bindings.push({
          hostPort,
          containerPort: mapping.containerPort,
          bindHost: task.address,
          bindPort: addresses.bindPort(task.address, hostPort),
        });
      }
      container.bindings = bindings;
    }
  }

  function launch(
    task: Task,
    definition: ContainerDefinition,
    command: Awaited<ReturnType<ImageResolver['resolve']>>,
    secrets: Readonly<Record<string, string>>,
  ): void {
    const container = task.containers.find((c) => c.name === definition.name) as Container;
    const override = task.overrides.find((o) => o.name === definition.name);
    const env = environmentOf(task, container, {
      definition,
      image: command.env,
      secrets,
      extra: { ...override?.environment },
    });
    const given = override?.command ?? definition.command;
    const entry = definition.entryPoint;
    const [program, ...args] =
      entry && entry.length > 0 ? [...entry, ...(given ?? [])] : [command.command, ...command.args, ...(given ?? [])];
    const stream = container.logStream ?? `${definition.name}/${task.id}`;
    const handle = processes.start({
      name: `${task.group} ${definition.name} ${task.id}`,
      command: program ?? command.command,
      args,
      env,
      cwd: definition.workingDirectory?.startsWith('.') ? definition.workingDirectory : command.cwd,
      onLine: (line) => write(container, stream, line),
    });
    container.handle = handle;
    container.pid = handle.pid > 0 ? handle.pid : null;
    container.lastStatus = 'RUNNING';
    void handle.exited.then((exit) => {
      container.pid = null;
      container.lastStatus = 'STOPPED';
      container.exitCode = exit.code ?? (exit.signal ? 128 + (SIGNAL_NUMBERS[exit.signal] ?? 0) : null);
      container.reason = exit.error ?? (exit.signal ? `ended by ${exit.signal}` : null);
      if (definition.essential && task.desiredStatus === 'RUNNING')
        void stop(task, 'EssentialContainerExited', 'Essential container in task exited');
      else options.onChange(task);
    });
    if (definition.healthCheck)
      watchHealth({
        definition,
        container,
        env,
        cwd: command.cwd,
        clock,
        processes,
        onChange: () => options.onChange(task),
        alive: () => task.desiredStatus === 'RUNNING',
      });
  }

  function write(container: Container, stream: string, line: string): void {
    const group = container.logGroup ?? UNCONFIGURED_GROUP;
    if (!container.logGroup) logs.putGroup(UNCONFIGURED_GROUP, 0);
    try {
      logs.append(group, stream, line);
    } catch {
      // The group was removed while the task runs: CloudWatch refuses such lines too.
    }
  }

  function environmentOf(
    task: Task,
    container: Container,
    parts: {
      definition: ContainerDefinition;
      image: Readonly<Record<string, string>>;
      secrets: Readonly<Record<string, string>>;
      extra: Readonly<Record<string, string>>;
    },
  ): Record<string, string> {
    const [first] = container.bindings;
    const localised = Object.fromEntries(
      Object.entries({ ...parts.definition.environment, ...parts.extra }).map(([k, v]) => [k, addresses.localise(v)]),
    );
    return {
      PATH: process.env['PATH'] ?? '',
      ...parts.image,
      ...localised,
      ...parts.secrets,
      ...options.taskEnvironment(),
      ECS_CONTAINER_METADATA_URI_V4: options.metadataUri(task.id),
      HOST: first?.bindHost ?? task.address,
      ...(first ? { PORT: String(first.bindPort) } : {}),
      ...Object.fromEntries(
        container.bindings.length > 1
          ? container.bindings.map((b) => [`PORT_${b.containerPort}`, String(b.bindPort)])
          : [],
      ),
    };
  }

  function register(task: Task): void {
    for (const lb of task.service?.loadBalancers ?? []) {
      const binding = task.containers
        .find((c) => c.name === lb.containerName)
        ?.bindings.find((b) => b.containerPort === lb.containerPort);
      if (!binding) continue;
      const target = {
        id: task.instance && task.definition.networkMode !== 'awsvpc' ? task.instance.id : task.address,
        port: binding.hostPort,
        endpoint: { host: binding.bindHost, port: binding.bindPort },
        zone: task.zone,
        securityGroupIds: task.securityGroupIds,
      };
      registry.register(lb.targetGroupArn, target);
      task.targets.push({ groupArn: lb.targetGroupArn, target });
    }
  }

  async function dependenciesMet(task: Task, definition: ContainerDefinition): Promise<void> {
    for (const { containerName, condition } of definition.dependsOn) {
      const other = task.containers.find((c) => c.name === containerName);
      const met = (): boolean => {
        if (!other) return true;
        if (condition === 'START') return other.handle !== null;
        if (condition === 'HEALTHY') return other.health === 'HEALTHY';
        return other.lastStatus === 'STOPPED' && (condition === 'COMPLETE' || other.exitCode === 0);
      };
      while (!met()) {
        if (isStopping(task)) return;
        if (other?.lastStatus === 'STOPPED' && condition === 'SUCCESS')
          throw new Error(`dependency ${containerName} exited with ${other.exitCode}`);
        await new Promise<void>((resolve) => void clock.afterWall(50, resolve));
      }
    }
  }

  function stop(
    task: Task,
    stopCode: string,
    reason: string,
    how: { skipDrain?: boolean; graceSeconds?: number } = {},
  ): Promise<void> {
    task.stopping ??= end(task, stopCode, reason, how);
    return task.stopping;
  }

  async function end(
    task: Task,
    stopCode: string,
    reason: string,
    how: { skipDrain?: boolean; graceSeconds?: number },
  ): Promise<void> {
    task.desiredStatus = 'STOPPED';
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppingAtMs = clock.now();
    task.status = 'DEACTIVATING';
    options.onChange(task);
    const drained = task.targets.map(({ groupArn, target }) =>
      registry.deregister(groupArn, { id: target.id, port: target.port }),
    );
    if (!how.skipDrain) await Promise.all(drained);
    task.status = 'STOPPING';
    options.onChange(task);
    await Promise.all(
      task.containers.map((c) => {
        const seconds =
          how.graceSeconds ?? task.definition.containers.find((d) => d.name === c.name)?.stopTimeoutSeconds ?? 30;
        // Ending a request in flight takes real time: the stop timeout is not shortened by the clock rate.
        return c.handle?.stop(seconds * 1000);
      }),
    );
    task.status = 'STOPPED';
    task.stoppedAtMs = clock.now();
    options.onStopped(task);
    options.onChange(task);
  }

  return { start, stop };
}

/** Read anew after each wait: a stop may have come meanwhile. */
const isStopping = (task: Task): boolean => task.desiredStatus === 'STOPPED';

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** By name or ARN. The stacks may be made for another region than the plane's: the name is what counts. */
function parameterOf(reference: string, parameters: ParameterStore): ReturnType<ParameterStore['get']> {
  const path = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(reference)?.[1];
  if (path === undefined) return parameters.get(reference);
  return parameters.get(path) ?? parameters.get(path.slice(1));
}

/** @throws Error in AWS's words where a parameter or secret is missing */
function readSecrets(
  task: Task,
  parameters: ParameterStore,
  secretValues: SecretValues,
): Map<string, Record<string, string>> {
  const out = new Map<string, Record<string, string>>();
  for (const container of task.definition.containers) {
    const values: Record<string, string> = {};
    for (const { name, valueFrom } of container.secrets) {
      if (/^arn:[\w-]+:secretsmanager:/.test(valueFrom)) {
        values[name] = secretValues.read(valueFrom);
        continue;
      }
      const parameter = parameterOf(valueFrom, parameters);
      if (!parameter)
        throw new Error(
          `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: invalid parameters: ${valueFrom}`,
        );
      values[name] = parameter.value;
    }
    out.set(container.name, values);
  }
  return out;
}

/** @throws Error in AWS's words where the log group is missing */
function openLogs(task: Task, logs: LogStore): void {
  for (const definition of task.definition.containers) {
    const container = task.containers.find((c) => c.name === definition.name) as Container;
    const log = definition.logConfiguration;
    if (log?.driver !== 'awslogs' || !log.group) continue;
    if (!logs.groups().some((g) => g.name === log.group)) {
      if (!log.createGroup)
        throw new Error(
          `ResourceInitializationError: failed to validate logger args: The specified log group does not exist: ${log.group}`,
        );
      logs.putGroup(log.group, 0);
    }
    container.logGroup = log.group;
    container.logStream = log.streamPrefix ? `${log.streamPrefix}/${definition.name}/${task.id}` : task.id;
  }
}

/** Dependencies first; a circle keeps the order given. */
function startOrder(containers: readonly ContainerDefinition[]): ContainerDefinition[] {
  const out: ContainerDefinition[] = [];
  const visit = (c: ContainerDefinition, path: readonly string[]): void => {
    if (out.includes(c) || path.includes(c.name)) return;
    for (const d of c.dependsOn) {
      const other = containers.find((x) => x.name === d.containerName);
      if (other) visit(other, [...path, c.name]);
    }
    out.push(c);
  };
  for (const c of containers) visit(c, []);
  return out;
}
