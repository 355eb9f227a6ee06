/** Evaluated resources → the typed parts of a topology, with notes and digests. */
import type { Problem } from '../errors.ts';
import { type Json, own } from '../read/json.ts';
import { COMMON, type Fields } from '../read/schema.ts';
import type { FidelityNote, ResourceBase, Topology } from '../topology.ts';
import { decode, FAILED } from './decode.ts';
import { encodeJson } from './expr/values.ts';
import { findFile, reportFile } from './files.ts';
import type { BuildContext, Collection, Evaluated, Kind } from './kind.ts';
import { kindOf } from './kinds/index.ts';
import { isAllowed } from './knowledge.ts';
import { checkLifecycle, ignoredChanges } from './lifecycle.ts';
import { type Names, sha256 } from './names.ts';
import { Report } from './report.ts';
import type { EvaluatedBlock } from './resolve.ts';
import { attempt } from './world/errors.ts';
import { provisionersOf } from './world/provisioners.ts';
import type { World } from './world/world.ts';

export type Collections = Pick<Topology, Collection>;

/** Every list of a topology that a resource may end in. */
export const COLLECTIONS: readonly Collection[] = [
  'securityGroups',
  'subnets',
  'loadBalancers',
  'targetGroups',
  'listeners',
  'rules',
  'clusters',
  'capacityProviders',
  'autoScalingGroups',
  'taskDefinitions',
  'services',
  'topics',
  'subscriptions',
  'queues',
  'parameters',
  'secretValues',
  'logGroups',
  'tables',
  'repositories',
  'codeDeployApplications',
  'deploymentConfigs',
  'deploymentGroups',
  'functions',
  'objects',
  'alarms',
  'scalableTargets',
  'scalingPolicies',
  'scheduledScalings',
  'commandWaits',
  'restApis',
  'restResources',
  'restMethods',
  'restIntegrations',
  'restMethodResponses',
  'restIntegrationResponses',
  'restGatewayResponses',
  'restDeployments',
  'restStages',
  'restMethodSettings',
  'restApiKeys',
  'restUsagePlans',
  'restUsagePlanKeys',
  'inert',
];

interface Scope {
  readonly world: World;
  readonly names: Names;
  readonly problems: Problem[];
  readonly notes: Map<string, FidelityNote>;
  /** Types and addresses accepted without local effect. */
  readonly allow: ReadonlySet<string>;
}

export function buildAll(evaluated: readonly EvaluatedBlock[], scope: Scope): Collections {
  const collections = new Map<Collection, ResourceBase[]>(COLLECTIONS.map((name) => [name, []]));
  const decoded = evaluated.map((e) => ({ ...e, values: valuesOf(e, scope) }));
  const all = (...types: string[]): Evaluated[] =>
    decoded
      .filter(({ block }) => types.includes(block.type))
      .map(({ block, json, values }) => ({
        address: block.address,
        type: block.type,
        json,
        folder: scope.world.folderOf(block.stack),
        values,
      }));
  for (const { values, ...e } of decoded) {
    const { block, json, failed } = e;
    // Its parts do not fit together while one of them is not known; that has been reported.
    const kind = kindOf(block.type);
    if (failed.some((name) => isPart(name, kind))) continue;
    const base = baseOf(e, scope.world);
    const built = kind?.build?.(contextOf(e, values, { base, all, scope })) ?? null;
    if (kind?.collection && built) collections.get(kind.collection)?.push({ ...built, digest: digestOf(built, kind) });
    else {
      const digest = kind?.build ? digestOf(base, kind) : base.digest;
      collections.get('inert')?.push({ ...base, digest, id: String(json['id'] ?? '') } as ResourceBase);
    }
  }
  return Object.fromEntries(collections) as unknown as Collections;
}

/** Whether anything here looks at the attribute; nothing does at tags. */
const isPart = (name: string, kind: Kind | undefined): boolean =>
  !Object.hasOwn(COMMON, name) && !own(kind?.schema.fields ?? {}, name)?.noEffect;

interface Surroundings {
  readonly base: ResourceBase;
  readonly all: BuildContext<Fields>['all'];
  readonly scope: Scope;
}

function contextOf(
  { block, json }: EvaluatedBlock,
  values: Readonly<Record<string, unknown>>,
  { base, all, scope }: Surroundings,
): BuildContext<Fields> {
  const report = new Report(block.address, block.type, scope.problems, scope.notes, scope.allow);
  return {
    base,
    values: values as BuildContext<Fields>['values'],
    computed: (name) => String(json[name] ?? ''),
    report,
    names: scope.names,
    all,
    file: (attribute, path, maxBytes) => {
      const found = findFile(scope.world.folderOf(block.stack), path, maxBytes);
      if (typeof found !== 'string') return found;
      reportFile(report, attribute, path, found);
      return null;
    },
    provisioners: attempt(scope.problems, () => provisionersOf(scope.world, block)) ?? [],
    isAllowed: isAllowed(block, scope.allow),
  };
}

/** What a resource takes from others (a group's rules, a template's user data) is a change of it too. */
function digestOf(built: ResourceBase, kind: Kind): string {
  const seen = Object.entries(built).filter(([name]) => !kind.unseen.includes(name));
  return sha256(encodeJson({ ...Object.fromEntries(seen), dependsOn: [], digest: '' })).slice(0, 32);
}

/** Reads the attributes by the type's table, and notes what has no effect. */
function valuesOf(e: EvaluatedBlock, { world, problems, notes, allow }: Scope): Readonly<Record<string, unknown>> {
  const { block } = e;
  const report = new Report(block.address, block.type, problems, notes, allow);
  checkLifecycle(world, block, report, problems);
  const kind = kindOf(block.type);
  if (!kind) report.note('allowed', block.address, `${block.type} was accepted with --allow and has no local effect`);
  else if (kind.noEffect) report.note('no-local-effect', block.type, kind.noEffect);
  else return decode(kind.schema.fields, withFailed(e), report);
  return {};
}

/** An attribute that could not be evaluated has been reported already; it must not be reported as missing too. */
const withFailed = (e: EvaluatedBlock): Json => ({
  ...e.configured,
  ...Object.fromEntries(e.failed.map((name) => [name, FAILED])),
});

function baseOf({ block, configured, dependsOn }: EvaluatedBlock, world: World): ResourceBase {
  const names = Object.keys(configured).sort();
  const attributes = names.map((name) => {
    // Asking for the attribute is what tells whether it rests on a secret.
    world.attribute(block, name);
    return [name, world.isSensitive(block, name) ? '(sensitive)' : configured[name]] as const;
  });
  const tags = configured['tags'];
  return {
    address: block.address,
    type: block.type,
    stack: block.stack,
    dependsOn,
    digest: sha256(encodeJson([block.type, configured])).slice(0, 32),
    ignoreChanges: ignoredChanges(block),
    attributes: Object.fromEntries(attributes),
    tags: Object.fromEntries(
      Object.entries(typeof tags === 'object' && tags !== null ? tags : {}).map(([k, v]) => [k, String(v)]),
    ),
  };
}
