/** The AppSpec of an ECS deployment: read, filled in, written (CD reference-appspec-file). Pure. */
import { parse } from 'yaml';
import { CutoverError } from '../../errors.ts';

/** Events at which a function may run (CD reference-appspec-file-structure-hooks). */
const HOOK_EVENTS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
];

export interface AppSpecFill {
  readonly taskDefinitionArn: string;
  /** Event → function: added to the hooks that are there, or instead of them. */
  readonly hooks: Readonly<Record<string, string>>;
  /** Where the text comes from, for messages. */
  readonly source: string;
}

/** What the live service says, for an AppSpec that nobody wrote. */
export interface ServiceFacts {
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion: string | undefined;
  readonly network:
    | { readonly subnets: readonly string[]; readonly securityGroups: readonly string[]; readonly publicIp: string }
    | undefined;
}

type Json = Record<string, unknown>;

/** An AppSpec text with the new revision, as CreateDeployment takes it. @throws CutoverError INVALID_APPSPEC */
export function fillAppSpec(text: string, fill: AppSpecFill): string {
  const spec = parseAppSpec(text, fill.source);
  const properties = propertiesOf(spec, fill.source);
  properties[keyOf(properties, 'TaskDefinition') ?? 'TaskDefinition'] = fill.taskDefinitionArn;
  const hooksKey = keyOf(spec, 'Hooks') ?? 'Hooks';
  const hooks = mergeHooks(spec[hooksKey], fill);
  if (hooks.length > 0) spec[hooksKey] = hooks;
  return write(spec);
}

/** An AppSpec without hooks from what the service runs with. */
export function appSpecOf(service: ServiceFacts): string {
  const { network } = service;
  return write({
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: '<TASK_DEFINITION>',
            LoadBalancerInfo: { ContainerName: service.containerName, ContainerPort: service.containerPort },
            ...(service.platformVersion ? { PlatformVersion: service.platformVersion } : {}),
            ...(network
              ? {
                  NetworkConfiguration: {
                    AwsvpcConfiguration: {
                      Subnets: network.subnets,
                      SecurityGroups: network.securityGroups,
                      AssignPublicIp: network.publicIp,
                    },
                  },
                }
              : {}),
          },
        },
      },
    ],
  });
}

/** Event → function of an AppSpec text; empty where it cannot be read. */
export function hooksOf(text: string): Readonly<Record<string, string>> {
  try {
    const spec = parse(text) as Json;
    const hooks = spec[keyOf(spec, 'Hooks') ?? ''];
    return Array.isArray(hooks) ? Object.assign({}, ...hooks) : {};
  } catch {
    return {};
  }
}

function parseAppSpec(text: string, source: string): Json {
  let spec: unknown;
  try {
    // JSON is YAML, too.
    spec = parse(text);
  } catch (error) {
    throw bad(source, `it is neither JSON nor YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(spec)) throw bad(source, 'it is not an object');
  return spec;
}

function propertiesOf(spec: Json, source: string): Json {
  const resources = spec[keyOf(spec, 'Resources') ?? ''];
  if (!Array.isArray(resources) || resources.length !== 1)
    throw bad(source, 'Resources must list one service', resources ?? null);
  const target = isObject(resources[0]) ? Object.values(resources[0])[0] : undefined;
  const properties = isObject(target) ? target[keyOf(target, 'Properties') ?? ''] : undefined;
  if (!isObject(properties)) throw bad(source, 'the service has no Properties', resources[0]);
  return properties;
}

function mergeHooks(given: unknown, { hooks, source }: AppSpecFill): Json[] {
  if (given !== undefined && given !== null && !(Array.isArray(given) && given.every(isObject)))
    throw bad(source, 'Hooks must be a list of EVENT: FUNCTION', given);
  const existing = ((given ?? []) as Json[]).flatMap((hook) => Object.entries(hook));
  const merged = new Map<string, unknown>([...existing, ...Object.entries(hooks)]);
  for (const [event, name] of merged) {
    if (!HOOK_EVENTS.includes(event)) throw bad(source, `${event} is no event that takes a hook`, event);
    if (typeof name !== 'string' || name === '') throw bad(source, `the hook of ${event} is no function name`, name);
  }
  return [...merged].map(([event, name]) => ({ [event]: name }));
}

/** The keys of an AppSpec are written in either case. */
function keyOf(object: Json, wanted: string): string | undefined {
  return Object.keys(object).find((key) => key.toLowerCase() === wanted.toLowerCase());
}

/** JSON cannot say 0.0, and AWS's pages know no other version. */
function write(spec: Json): string {
  const { version, ...rest } = spec;
  const others = JSON.stringify(rest).slice(1);
  return `{"version":${Number(version ?? 0) === 0 ? '0.0' : JSON.stringify(version)}${others === '}' ? '' : ','}${others}`;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function bad(source: string, message: string, value?: unknown): CutoverError {
  return new CutoverError({
    code: 'INVALID_APPSPEC',
    address: source,
    message: `the AppSpec cannot be used: ${message}`,
    ...(value === undefined ? {} : { value }),
    rule: 'CodeDeploy user guide, reference-appspec-file-structure-resources and -hooks',
    fix: `correct the AppSpec; hooks run at ${HOOK_EVENTS.join(', ')}`,
  });
}
