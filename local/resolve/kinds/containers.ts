/** `container_definitions` of a task definition (ECS task_definition_parameters). */
import { isObject } from '../../read/json.ts';
import type { Values } from '../../read/schema.ts';
import { AWSLOGS_OPTIONS, CONTAINER } from '../../read/schemas/container-definition.ts';
import type { ContainerDefinition, PortMapping } from '../../topology.ts';
import { decode } from '../decode.ts';
import type { Report } from '../report.ts';
import { checkDependencies } from './container-dependencies.ts';

interface Context {
  readonly networkMode: string;
  readonly fargate: boolean;
  /** Of the task; null where only containers have one. */
  readonly memoryMiB: number | null;
  readonly report: Report;
  /** Text of an object of these stacks by its ARN; null where there is none. */
  readonly objectText: (arn: string) => string | null;
}

type Container = Values<typeof CONTAINER>;

const FARGATE_STOP_SECONDS = 120;
/** ECS service-quotas: containers in a task definition. */
const MAX_CONTAINERS = 10;

export function containersOf(definitions: unknown, context: Context): ContainerDefinition[] {
  const { report } = context;
  const list = Array.isArray(definitions) ? definitions : [];
  const isTooLong = list.length > MAX_CONTAINERS;
  if (list.length === 0 || isTooLong)
    report.bad(
      'container_definitions',
      list.length,
      `there are ${list.length}`,
      `a JSON list of 1 to ${MAX_CONTAINERS} container definitions`,
    );
  const containers = list.flatMap((json, i) => {
    if (isObject(json)) return [containerOf(json, i, context)];
    report.bad(`container_definitions[${i}]`, json, 'it is not an object', 'a container definition');
    return [];
  });
  if (containers.length > 0 && !isTooLong) checkTogether(containers, context);
  return containers;
}

function containerOf(json: Record<string, unknown>, i: number, context: Context): ContainerDefinition {
  const { report } = context;
  const path = `container_definitions[${typeof json['name'] === 'string' ? json['name'] : i}]`;
  const v = decode(CONTAINER, json, report, path);
  checkSizes(v, path, context);
  if (context.fargate && v.stopTimeout > FARGATE_STOP_SECONDS)
    report.bad(
      `${path}.stopTimeout`,
      v.stopTimeout,
      'too long for Fargate',
      `0 to ${FARGATE_STOP_SECONDS} seconds on Fargate`,
    );
  const health = v.healthCheck;
  return {
    name: v.name,
    image: v.image,
    essential: v.essential,
    cpuUnits: v.cpu,
    memoryMiB: v.memory,
    memoryReservationMiB: v.memoryReservation,
    portMappings: v.portMappings.map((p, n) => portOf(p, `${path}.portMappings[${n}]`, context)),
    environment: { ...filesOf(v, path, context), ...environmentOf(v, path, report) },
    secrets: v.secrets,
    entryPoint: v.entryPoint.length > 0 ? v.entryPoint : null,
    command: v.command.length > 0 ? v.command : null,
    workingDirectory: v.workingDirectory,
    healthCheck:
      health && health.command[0] !== 'NONE'
        ? {
            command: health.command,
            intervalSeconds: health.interval,
            timeoutSeconds: health.timeout,
            retries: health.retries,
            startPeriodSeconds: health.startPeriod,
          }
        : null,
    dependsOn: v.dependsOn,
    stopTimeoutSeconds: v.stopTimeout,
    logConfiguration: logOf(v, path, report),
  };
}

function checkSizes(v: Container, path: string, { fargate, memoryMiB, report }: Context): void {
  if (v.memory !== null && v.memoryReservation !== null && v.memory <= v.memoryReservation)
    report.bad(
      `${path}.memory`,
      v.memory,
      `the hard limit is not above the soft limit (${v.memoryReservation})`,
      'memory > memoryReservation (ECS task_definition_parameters)',
    );
  if (!fargate && memoryMiB === null && v.memory === null && v.memoryReservation === null)
    report.missing(`${path}.memory`, 'a task on EC2 needs memory, memoryReservation, or a size of the task');
  const largest = Math.max(v.memory ?? 0, v.memoryReservation ?? 0);
  if (memoryMiB !== null && largest > memoryMiB)
    report.bad(`${path}.memory`, largest, `it is more than the task’s ${memoryMiB} MiB`, 'no more than the task');
}

/** Variables of environment files; those of the definition itself go before them (ECS use-environment-file). */
function filesOf(v: Container, path: string, { report, objectText }: Context): Record<string, string> {
  const texts = v.environmentFiles.map(({ value }) => {
    const text = objectText(value);
    if (text === null)
      report.problem('DANGLING_REFERENCE', `${path}.environmentFiles`, {
        message: 'there is no such object, or it is no text',
        value,
        rule: 'the ARN of an aws_s3_object of these stacks',
        fix: 'declare the object with content or source, or set its variables in environment',
      });
    return text ?? '';
  });
  // The first file that names a variable has its way.
  return Object.fromEntries(texts.reverse().flatMap(variablesIn));
}

/** `NAME=VALUE` a line; the value is taken as it is, quotes and all. */
const variablesIn = (text: string): [string, string][] =>
  text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(#|=|$)/.test(line) && line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]);

function environmentOf(v: Container, path: string, report: Report): Record<string, string> {
  const names = [...v.environment.map((e) => e.name), ...v.secrets.map((s) => s.name)];
  for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i)))
    report.problem('DUPLICATE', `${path}.environment`, {
      message: `${name} is set twice`,
      value: name,
      rule: 'a name is unique among environment and secrets',
      fix: 'remove one',
    });
  return Object.fromEntries(v.environment.map((e) => [e.name, e.value]));
}

function portOf(p: Container['portMappings'][number], path: string, { networkMode, report }: Context): PortMapping {
  const hostPort = p.hostPort ?? (networkMode === 'bridge' ? 0 : p.containerPort);
  const isHostPortTheContainers = networkMode === 'awsvpc' || networkMode === 'host';
  if (isHostPortTheContainers && hostPort !== p.containerPort)
    report.bad(
      `${path}.hostPort`,
      hostPort,
      `in ${networkMode} mode the host port is the container port`,
      `${p.containerPort}, or left out (ECS task_definition_parameters)`,
    );
  return { containerPort: p.containerPort, hostPort, protocol: p.protocol, name: p.name };
}

function logOf(v: Container, path: string, report: Report): ContainerDefinition['logConfiguration'] {
  const log = v.logConfiguration;
  if (!log) return null;
  if (log.logDriver !== 'awslogs') {
    report.note(
      'no-local-effect',
      `log driver ${log.logDriver}`,
      'lines go to the plane’s own store, whatever the driver',
    );
    return { driver: log.logDriver, group: null, region: null, streamPrefix: null, createGroup: false };
  }
  const options = decode(
    AWSLOGS_OPTIONS,
    isObject(log.options) ? log.options : {},
    report,
    `${path}.logConfiguration.options`,
  );
  return {
    driver: log.logDriver,
    group: options['awslogs-group'],
    region: options['awslogs-region'],
    streamPrefix: options['awslogs-stream-prefix'],
    createGroup: options['awslogs-create-group'],
  };
}

function checkTogether(containers: readonly ContainerDefinition[], { networkMode, report }: Context): void {
  const names = containers.map((c) => c.name);
  for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i)))
    report.problem('DUPLICATE', 'container_definitions', {
      message: `two containers are named ${name}`,
      value: name,
      rule: 'container names are unique in a task definition',
      fix: 'rename one',
    });
  if (!containers.some((c) => c.essential))
    report.bad('container_definitions', names, 'no container is essential', 'at least one essential container');
  checkDependencies(containers, report);
  checkPorts(containers, networkMode, report);
}

/** On one host, or in one task's network, a port belongs to one container. */
function checkPorts(containers: readonly ContainerDefinition[], networkMode: string, report: Report): void {
  const mappings = containers.flatMap((c) => c.portMappings);
  if (networkMode === 'none' && mappings.length > 0)
    report.bad('network_mode', networkMode, 'a task without network has no ports', 'bridge, or no portMappings');
  const claimed = mappings.filter((p) => p.hostPort > 0).map((p) => `${p.hostPort}/${p.protocol}`);
  for (const port of new Set(claimed.filter((p, i) => claimed.indexOf(p) !== i)))
    report.problem('PORT_CLASH', 'container_definitions', {
      message: `two port mappings of one task claim port ${port}`,
      value: port,
      rule: 'a port belongs to one container',
      fix: networkMode === 'bridge' ? 'set hostPort to 0 for a dynamic one, or choose another' : 'choose another',
    });
}
