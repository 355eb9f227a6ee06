/**
 * What an instance runs outside containers: its user data's files in a folder of its own, and the programs that it
 * starts, each kept running as systemd would. What the user data means is decide-user-data.ts.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, InstanceState, LogStore, ParameterStore, ProcessRunner } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { parseCommand } from '../images/command.ts';
import type { Place } from '../place.ts';
import { environmentOfProcess, type ProcessPlace } from './host-environment.ts';
import { carryOut, textOfObject } from './host-files.ts';
import type { Instance } from './instance.ts';
import type { ObjectStore } from './objects.ts';
import { type ServiceProcess, type ServiceSpec, startService } from './service-process.ts';
import { decideUserData } from './user-data/decide-user-data.ts';
import { inFolder } from './user-data/paths.ts';
import { type Argument, DEFAULT_SUPERVISION, type UserDataPlan } from './user-data/plan.ts';

export interface HostContext {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly processes: ProcessRunner;
  readonly logs: LogStore;
  readonly addresses: AddressBook;
  readonly objects: ObjectStore;
  readonly parameters: Pick<ParameterStore, 'get'>;
  readonly targetGroup: (arn: string) => TargetGroup | undefined;
  /** Each instance has a folder in it. */
  readonly dir: string;
  readonly projectDir: string;
  /** Local commands by the auto scaling group's name, instead of what the user data starts. */
  readonly commands: Readonly<Record<string, string>>;
  /** Endpoint, region and credentials, as tasks get them. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly place: Place;
}

export interface InstanceHost {
  processes(): InstanceState['processes'];
  /** Where a port of the instance is bound; the same answer each time. */
  port(wished: number): number;
  /** Stop signal, time-out, SIGKILL for all at once; then its folder goes. */
  stop(maxSeconds?: number): Promise<void>;
}

/** Lines of programs that run on instances; on AWS they stay in the instance's journal. */
export const logGroupOf = (groupName: string): string => `/cutover/instances/${groupName}`;

/** Runs what the instance's user data starts. Never rejects: what cannot be done is an event. */
export async function startHost(instance: Instance, context: HostContext): Promise<InstanceHost> {
  const { group, id } = instance;
  const folder = join(context.dir, id);
  const root = join(folder, 'root');
  const port = portsOf(instance.address, context.addresses);
  const plan = planOf(instance, context);
  const failures = await carryOut(plan.steps, { root, objects: context.objects });
  const ports = group.targetGroupArns.flatMap((arn) => context.targetGroup(arn)?.port ?? []);
  const place: ProcessPlace = { root, address: instance.address, port, ports, context };
  const specs = specsOf(instance, plan, place);
  tell(instance, context, { plan, failures, started: specs.map((spec) => spec.name) });
  if (specs.length > 0) context.logs.putGroup(logGroupOf(group.name), 0);
  const services = specs.map((spec) => keep(spec, instance, context));
  let stopped: Promise<void> | null = null;
  return {
    processes: () => services.map((one) => ({ name: one.name, pid: one.pid(), state: one.state() })),
    port,
    stop(maxSeconds) {
      stopped ??= Promise.all(services.map((service) => service.stop(maxSeconds)))
        .then(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
        .catch(() => undefined);
      return stopped;
    },
  };
}

function planOf(instance: Instance, { objects, parameters, place }: HostContext): UserDataPlan {
  return decideUserData(instance.group.userData, {
    instanceId: instance.id,
    address: instance.address,
    zone: instance.zone,
    region: place.region,
    instanceType: instance.group.instanceType,
    parameter: (name) => parameters.get(name)?.value ?? null,
    objectText: (bucket, key) => textOfObject(objects.get(bucket, key)),
  });
}

function specsOf({ group }: Instance, plan: UserDataPlan, place: ProcessPlace): ServiceSpec[] {
  const { context, root } = place;
  const text = (arg: Argument): string => (typeof arg === 'string' ? arg : arg.before + inFolder(root, arg.path));
  const given = context.commands[group.name];
  if (given !== undefined) {
    const { command, args, env } = parseCommand(given);
    return [
      {
        name: group.name,
        command: command === 'node' ? process.execPath : command,
        args,
        env: environmentOfProcess({ ...plan.processes[0]?.env, ...env }, place, false),
        cwd: context.projectDir,
        supervision: { ...DEFAULT_SUPERVISION, restart: 'always' },
      },
    ];
  }
  return plan.processes.map((one) => ({
    name: one.name,
    command: process.execPath,
    args: one.args.map(text),
    env: environmentOfProcess(one.env, place, true),
    cwd: inFolder(root, one.cwd),
    supervision: one.supervision,
  }));
}

function keep(spec: ServiceSpec, instance: Instance, context: HostContext): ServiceProcess {
  const { logs, events, clock, processes } = context;
  const group = logGroupOf(instance.group.name);
  const stream = `${instance.id}/${spec.name.replaceAll(/[:*\p{Cc}]/gu, '-')}`;
  const onLine = (line: string): void => {
    try {
      logs.append(group, stream, line);
    } catch {
      // The group was removed while the instance runs.
    }
  };
  return startService(spec, {
    clock,
    processes,
    owner: instance.id,
    onLine,
    onChange(message, isFailure) {
      onLine(message);
      events.emit({
        source: 'instances',
        subject: instance.id,
        code: isFailure ? 'INSTANCE_PROCESS_FAILED' : 'INSTANCE_PROCESS',
        level: isFailure ? 'warn' : 'info',
        message: `${instance.id} (${instance.group.name}): ${message}`,
      });
    },
  });
}

function tell(
  { id, group }: Instance,
  { events }: HostContext,
  told: { readonly plan: UserDataPlan; readonly failures: readonly string[]; readonly started: readonly string[] },
): void {
  const { plan, failures, started } = told;
  const problems = [...plan.problems, ...failures];
  const ignored = plan.ignored.map(({ line, text }) => `line ${line}: ${text}`);
  const emit = (code: string, level: 'info' | 'warn', message: string): void =>
    void events.emit({
      source: 'instances',
      subject: id,
      code,
      level,
      message: `${id} (${group.name}): ${message}`,
      data: { started, ignored, problems },
    });
  if (problems.length > 0) emit('USER_DATA_PROBLEM', 'warn', problems.join('; '));
  if (started.length === 0)
    emit(
      'USER_DATA_STARTS_NOTHING',
      'warn',
      `its user data joins no cluster and starts nothing that runs here; give the group a command with --image ${group.name}=COMMAND`,
    );
  else
    emit(
      'USER_DATA_RUN',
      'info',
      `user data started ${started.join(', ')}; without effect here: ${ignored.length === 0 ? 'nothing' : ignored.join('; ')}`,
    );
}

/** With one address for all, each wish would get another port: an instance keeps what it was given. */
function portsOf(address: string, addresses: AddressBook): (wished: number) => number {
  const ports = new Map<number, number>();
  return (wished) => {
    const port = ports.get(wished) ?? addresses.bindPort(address, wished);
    ports.set(wished, port);
    return port;
  };
}
