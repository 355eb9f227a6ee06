/** `container_definitions` of a task definition (ECS task_definition_parameters). */
import { isObject } from '../read/read-stacks.ts';
import type { ContainerDefinition, FidelityNote, PortMapping } from '../topology.ts';
import { nearest } from './nearest.ts';
import { Reader } from './reader.ts';

interface Context {
  readonly networkMode: string;
  readonly fargate: boolean;
  readonly memoryMiB: number | null;
  note(note: FidelityNote): void;
}

const ACTS = new Set([
  'name',
  'image',
  'essential',
  'cpu',
  'memory',
  'memoryReservation',
  'portMappings',
  'environment',
  'secrets',
  'entryPoint',
  'command',
  'workingDirectory',
  'healthCheck',
  'dependsOn',
  'stopTimeout',
  'logConfiguration',
]);

const INERT: Readonly<Record<string, string>> = {
  mountPoints: 'processes share this machine’s files',
  volumesFrom: 'processes share this machine’s files',
  linuxParameters: 'processes are not in namespaces',
  hostname: 'processes share this machine’s name',
  user: 'processes run as whoever started the plane',
  disableNetworking: 'processes share this machine’s network',
  privileged: 'processes run as whoever started the plane',
  readonlyRootFilesystem: 'processes share this machine’s files',
  dnsServers: 'names are resolved by this machine',
  dnsSearchDomains: 'names are resolved by this machine',
  extraHosts: 'names are resolved by this machine',
  dockerSecurityOptions: 'processes are not in containers',
  dockerLabels: 'labels are not shown',
  interactive: 'there is no terminal',
  pseudoTerminal: 'there is no terminal',
  ulimits: 'limits are those of whoever started the plane',
  systemControls: 'settings are those of this machine',
  resourceRequirements: 'there are no accelerators',
  firelensConfiguration: 'log lines go to the plane’s own store',
  startTimeout: 'a process starts at once',
  links: 'containers of a task share an address here',
  repositoryCredentials: 'images are built from the services here',
  environmentFiles: 'files in S3 are not read here',
  credentialSpecs: 'there is no domain',
  restartPolicy: 'a container that ends stops its task or stays ended',
  versionConsistency: 'a tag is one build here',
};

export function containersOf(r: Reader, context: Context): ContainerDefinition[] {
  const parsed = r.json('container_definitions');
  const list = Array.isArray(parsed) ? parsed : [];
  if (list.length === 0)
    r.bad('container_definitions', 'there is no container', 'a JSON list with at least one container definition');
  const containers = list.flatMap((json, i) => {
    if (!isObject(json)) {
      r.bad('container_definitions', `element ${i} is not an object`, 'a container definition');
      return [];
    }
    const name = typeof json['name'] === 'string' ? json['name'] : String(i);
    return [containerOf(new Reader(`${r.at}.container_definitions[${name}]`, json, r.problems), context)];
  });
  const names = containers.map((c) => c.name);
  for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i)))
    r.problems.push({
      code: 'DUPLICATE',
      address: r.at,
      message: `two containers are named ${name}`,
      value: name,
      rule: 'container names are unique in a task definition',
      fix: 'rename one',
    });
  if (containers.length > 0 && !containers.some((c) => c.essential))
    r.bad('container_definitions', 'no container is essential', 'at least one essential container');
  checkPorts(containers, r, context);
  for (const c of containers)
    for (const d of c.dependsOn)
      if (!names.includes(d.containerName))
        r.bad(
          `container_definitions[${c.name}].dependsOn`,
          `there is no container ${d.containerName}`,
          names.join(', '),
          d.containerName,
        );
  return containers;
}

function checkPorts(containers: readonly ContainerDefinition[], r: Reader, context: Context): void {
  const hostPorts = containers.flatMap((c) =>
    c.portMappings.filter((p) => p.hostPort > 0).map((p) => `${p.hostPort}/${p.protocol}`),
  );
  for (const port of new Set(hostPorts.filter((p, i) => hostPorts.indexOf(p) !== i)))
    r.problems.push({
      code: 'PORT_CLASH',
      address: r.at,
      message: `two port mappings of one task claim host port ${port}`,
      value: port,
      rule: 'a host port belongs to one container',
      fix: 'set hostPort to 0 for a dynamic one, or choose another',
    });
  if (context.networkMode === 'none' && hostPorts.length > 0)
    r.bad('network_mode', 'a task without network has no ports', 'remove portMappings, or choose bridge');
}

function containerOf(r: Reader, context: Context): ContainerDefinition {
  for (const key of r.keys()) {
    if (ACTS.has(key)) continue;
    const reason = Object.hasOwn(INERT, key) ? INERT[key] : undefined;
    const value = r.raw(key);
    const empty = value === null || value === false || (Array.isArray(value) && value.length === 0);
    if (reason && !empty)
      context.note({
        subject: `aws_ecs_task_definition.container_definitions.${key}`,
        kind: 'no-local-effect',
        reason,
      });
    if (reason) continue;
    const close = nearest(key, [...ACTS, ...Object.keys(INERT)]);
    r.problems.push({
      code: 'UNSUPPORTED_ATTRIBUTE',
      address: `${r.at}.${key}`,
      message: `container definitions have no ${key}`,
      value,
      fix: close ? `did you mean ${close}?` : 'remove it',
    });
  }
  const memory = r.has('memory') ? r.number('memory', undefined, { min: 6 }) : null;
  const reservation = r.has('memoryReservation') ? r.number('memoryReservation', undefined, { min: 6 }) : null;
  if (memory !== null && reservation !== null && memory < reservation)
    r.bad(
      'memory',
      `the hard limit (${memory}) is below the soft limit (${reservation})`,
      'memory ≥ memoryReservation (ECS task_definition_parameters)',
    );
  if (!context.fargate && context.memoryMiB === null && memory === null && reservation === null) r.missing('memory');
  const name = r.text('name');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    r.bad('name', 'the name is not allowed', '1 to 255 letters, digits, hyphens and underscores');
  return {
    name,
    image: r.text('image'),
    essential: r.bool('essential', true),
    cpuUnits: r.number('cpu', 0, { min: 0 }),
    memoryMiB: memory,
    memoryReservationMiB: reservation,
    portMappings: r.blocks('portMappings').map((p) => portOf(p, context)),
    environment: Object.fromEntries(r.blocks('environment').map((e) => [e.text('name'), e.text('value', '')])),
    secrets: r.blocks('secrets').map((s) => ({ name: s.text('name'), valueFrom: s.text('valueFrom') })),
    entryPoint: r.has('entryPoint') ? r.texts('entryPoint') : null,
    command: r.has('command') ? r.texts('command') : null,
    workingDirectory: r.textOrNull('workingDirectory'),
    healthCheck: healthOf(r.block('healthCheck')),
    dependsOn: r.blocks('dependsOn').map((d) => ({
      containerName: d.text('containerName'),
      condition: d.oneOf('condition', ['START', 'COMPLETE', 'SUCCESS', 'HEALTHY']),
    })),
    stopTimeoutSeconds: r.number('stopTimeout', 30, {
      min: 0,
      max: context.fargate ? 120 : 86_400,
      rule: context.fargate ? '0 to 120 seconds on Fargate' : 'seconds, 0 or more',
    }),
    logConfiguration: logOf(r.block('logConfiguration')),
  };
}

function portOf(r: Reader, { networkMode }: Context): PortMapping {
  const containerPort = r.number('containerPort', undefined, { min: 1, max: 65_535 });
  const hostPort = r.number('hostPort', networkMode === 'bridge' ? 0 : containerPort, { min: 0, max: 65_535 });
  if (networkMode !== 'bridge' && hostPort !== containerPort)
    r.bad('hostPort', `in ${networkMode} mode the host port is the container port`, `${containerPort}, or left out`);
  return { containerPort, hostPort, protocol: r.oneOf('protocol', ['tcp', 'udp'], 'tcp'), name: r.textOrNull('name') };
}

function healthOf(r: Reader | null): ContainerDefinition['healthCheck'] {
  if (!r) return null;
  return {
    command: r.texts('command'),
    intervalSeconds: r.number('interval', 30, { min: 5, max: 300 }),
    timeoutSeconds: r.number('timeout', 5, { min: 2, max: 60 }),
    retries: r.number('retries', 3, { min: 1, max: 10 }),
    startPeriodSeconds: r.number('startPeriod', 0, { min: 0, max: 300 }),
  };
}

function logOf(r: Reader | null): ContainerDefinition['logConfiguration'] {
  if (!r) return null;
  const driver = r.text('logDriver');
  const options = r.block('options');
  if (driver === 'awslogs' && !options?.has('awslogs-group')) r.missing('options.awslogs-group');
  return {
    driver,
    group: options?.textOrNull('awslogs-group') ?? null,
    region: options?.textOrNull('awslogs-region') ?? null,
    streamPrefix: options?.textOrNull('awslogs-stream-prefix') ?? null,
    createGroup: options?.bool('awslogs-create-group', false) ?? false,
  };
}
