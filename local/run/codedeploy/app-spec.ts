/** AppSpec files of ECS deployments, YAML or JSON, with every problem at once (CD reference-appspec-file). */
import { parseDocument } from 'yaml';
import { type AppSpec, HOOK_EVENTS } from '../contracts-delivery.ts';
import type { HookEvent } from './deployment.ts';

/** CodeDeploy reads at most this much inline; more is an attack on the parser. */
const MAX_BYTES = 100_000;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Field names are taken in any case, as CodeDeploy takes them (`resources`, `Resources`). */
class Reader {
  readonly problems: string[] = [];

  fields(value: unknown, at: string, known: readonly string[]): Fields {
    if (!isFields(value)) {
      this.problems.push(`${at} must be a mapping`);
      return {};
    }
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const name = known.find((one) => one.toLowerCase() === key.toLowerCase());
      if (name === undefined) this.problems.push(`${at} has no field ${key}: it has ${known.join(', ')}`);
      else out[name] = item;
    }
    return out;
  }

  text(fields: Fields, name: string, at: string): string {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    this.problems.push(value === undefined ? `${at}.${name} is required` : `${at}.${name} must be text`);
    return '';
  }

  texts(value: unknown, at: string): readonly string[] {
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) return value;
    this.problems.push(`${at} must be a list of texts`);
    return [];
  }
}

export const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

/** What could be read: what is missing is empty text, a port that is none NaN. No spec where it is no mapping at all. */
export interface ParsedAppSpec {
  readonly spec: AppSpec | null;
  readonly problems: readonly string[];
}

/** @returns the spec with every problem that it has by itself */
export function parseAppSpec(content: string): ParsedAppSpec {
  const unreadable = (problems: readonly string[]): ParsedAppSpec => ({ spec: null, problems });
  if (content.trim() === '') return unreadable(['the AppSpec file is empty']);
  if (Buffer.byteLength(content) > MAX_BYTES) return unreadable([`the AppSpec file is over ${MAX_BYTES} bytes`]);
  const document = parseDocument(content, { uniqueKeys: true });
  if (document.errors.length > 0)
    return unreadable(document.errors.map((error) => `it is neither YAML nor JSON: ${error.message.split('\n')[0]}`));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return unreadable([`it cannot be read: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const reader = new Reader();
  const spec = readSpec(value, reader);
  return { spec: isFields(value) ? spec : null, problems: reader.problems };
}

function readSpec(value: unknown, reader: Reader): AppSpec {
  const root = reader.fields(value, 'the AppSpec file', ['version', 'Resources', 'Hooks']);
  if (Number(root['version']) !== 0 || root['version'] === '' || root['version'] === null)
    reader.problems.push('version must be 0.0');
  const properties = readTarget(root['Resources'], reader);
  const at = 'TargetService.Properties';
  const balancing = reader.fields(properties['LoadBalancerInfo'] ?? {}, `${at}.LoadBalancerInfo`, [
    'ContainerName',
    'ContainerPort',
  ]);
  const containerPort = Number(balancing['ContainerPort']);
  if (!isPort(containerPort)) reader.problems.push(`${at}.LoadBalancerInfo.ContainerPort must be a port`);
  if (properties['CapacityProviderStrategy'] !== undefined)
    reader.problems.push(`${at}.CapacityProviderStrategy is not run here: replacement tasks go where the service's do`);
  const platformVersion = properties['PlatformVersion'];
  if (platformVersion !== undefined && typeof platformVersion !== 'string')
    reader.problems.push(`${at}.PlatformVersion must be text`);
  return {
    taskDefinition: reader.text(properties, 'TaskDefinition', at),
    containerName: reader.text(balancing, 'ContainerName', `${at}.LoadBalancerInfo`),
    containerPort,
    platformVersion: typeof platformVersion === 'string' ? platformVersion : null,
    network: readNetwork(properties['NetworkConfiguration'], `${at}.NetworkConfiguration`, reader),
    hooks: readHooks(root['Hooks'], reader),
  };
}

function readTarget(resources: unknown, reader: Reader): Fields {
  if (!Array.isArray(resources) || resources.length !== 1) {
    reader.problems.push('Resources must hold exactly one TargetService');
    return {};
  }
  const target = reader.fields(resources[0], 'Resources[0]', ['TargetService']);
  const service = reader.fields(target['TargetService'], 'TargetService', ['Type', 'Properties']);
  if (service['Type'] !== 'AWS::ECS::Service') reader.problems.push('TargetService.Type must be AWS::ECS::Service');
  return reader.fields(service['Properties'], 'TargetService.Properties', [
    'TaskDefinition',
    'LoadBalancerInfo',
    'PlatformVersion',
    'NetworkConfiguration',
    'CapacityProviderStrategy',
  ]);
}

/** "All or none of the settings under NetworkConfiguration must be specified." */
function readNetwork(value: unknown, at: string, reader: Reader): AppSpec['network'] {
  if (value === undefined || value === null) return null;
  const outer = reader.fields(value, at, ['AwsvpcConfiguration']);
  const inner = `${at}.AwsvpcConfiguration`;
  const network = reader.fields(outer['AwsvpcConfiguration'], inner, ['Subnets', 'SecurityGroups', 'AssignPublicIp']);
  const assign = network['AssignPublicIp'];
  if (assign !== 'ENABLED' && assign !== 'DISABLED')
    reader.problems.push(`${inner}.AssignPublicIp must be ENABLED or DISABLED`);
  return {
    subnetIds: reader.texts(network['Subnets'], `${inner}.Subnets`),
    securityGroupIds: reader.texts(network['SecurityGroups'], `${inner}.SecurityGroups`),
  };
}

function readHooks(value: unknown, reader: Reader): AppSpec['hooks'] {
  if (value === undefined || value === null) return {};
  const entries = Array.isArray(value)
    ? value.flatMap((item) => hookEntries(item, reader))
    : hookEntries(value, reader);
  const hooks: Partial<Record<HookEvent, string>> = {};
  for (const [name, functionName] of entries) {
    const event = HOOK_EVENTS.find((one) => one === name);
    if (event === undefined)
      reader.problems.push(`Hooks has no event ${name}: functions run at ${HOOK_EVENTS.join(', ')}`);
    else if (hooks[event] !== undefined) reader.problems.push(`Hooks names ${name} twice`);
    else if (typeof functionName !== 'string' || functionName.trim() === '')
      reader.problems.push(`Hooks.${name} must name a Lambda function`);
    else hooks[event] = functionName.trim();
  }
  return hooks;
}

function hookEntries(value: unknown, reader: Reader): [string, unknown][] {
  if (isFields(value)) return Object.entries(value);
  reader.problems.push('Hooks must be a list of events, each with the name of a Lambda function');
  return [];
}

/** The spec as JSON, where a version was deployed by no AppSpec: the first one, made with its service. */
export function renderAppSpec(spec: AppSpec): string {
  const Properties = {
    TaskDefinition: spec.taskDefinition,
    LoadBalancerInfo: { ContainerName: spec.containerName, ContainerPort: spec.containerPort },
  };
  return JSON.stringify({
    version: 0,
    Resources: [{ TargetService: { Type: 'AWS::ECS::Service', Properties } }],
  });
}
