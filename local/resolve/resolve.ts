/**
 * Raw stacks → one frozen topology. Every problem of every stack is collected before anything is thrown.
 */
import { createHash } from 'node:crypto';
import { CutoverError, type Problem, throwIfAny } from '../errors.ts';
import type { Json, RawStacks } from '../read/read-stacks.ts';
import type { FidelityNote, ResourceBase, Topology } from '../topology.ts';
import { checkTopology } from './check-topology.ts';
import type { BuildContext, Collection, Kind, Names } from './kind.ts';
import { DATA_KINDS, KINDS } from './kinds.ts';
import { nearest } from './nearest.ts';
import { orderOf } from './order.ts';
import { Reader } from './reader.ts';
import { type Block, World } from './world.ts';

export interface ResolveOptions {
  /** Revision of a task definition's content; default 1. */
  readonly revisionOf?: (family: string, digest: string) => number;
  /** Text of generated secrets; default derived from the address. */
  readonly random?: (address: string) => string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Types accepted without local effect. */
  readonly allow?: readonly string[];
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @throws CutoverError with every problem found */
export function resolve(raw: RawStacks, options: ResolveOptions = {}): Topology {
  const names = namesFor(raw, options);
  const allowed = new Set(options.allow ?? []);
  const world = new World(raw, {
    variables: options.variables ?? {},
    computedOf: (block) => {
      const compute = block.mode === 'data' ? own(DATA_KINDS, block.type) : own(KINDS, block.type)?.computed;
      if (compute) return (b, attribute) => compute(names, b, attribute);
      return allowed.has(block.type)
        ? () => ({ id: names.hex(block.address, 16), arn: `arn:aws:${block.type}:${names.hex(block.address, 16)}` })
        : null;
    },
  });
  const problems: Problem[] = [...world.problems, ...unsupported(world, allowed)];
  const known = [...world.blocks.values()].filter(
    (b) => b.mode === 'resource' && (own(KINDS, b.type) || allowed.has(b.type)),
  );
  const evaluated = new Map<string, Evaluated>();
  for (const block of known) evaluated.set(block.address, { block, ...evaluateBlock(world, block, problems) });
  for (const block of world.blocks.values())
    if (block.mode === 'data' && (own(DATA_KINDS, block.type) || allowed.has(block.type)))
      tryRun(problems, () => world.all(block));
  const built = buildAll(world, evaluated, { names, allowed, problems });
  const outputs = outputsOf(raw, world, problems);
  const order = orderOf(world, raw, [...evaluated.keys()], problems);
  throwIfAny(unique(problems));
  const topology: Topology = {
    region: names.region,
    accountId: names.accountId,
    stacks: raw.stacks.map((s) => s.name),
    ...built.collections,
    outputs,
    notes: built.notes,
    order,
  };
  throwIfAny(unique(checkTopology(topology)));
  return deepFreeze(topology);
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

function namesFor(raw: RawStacks, options: ResolveOptions): Names {
  const provider = raw.stacks
    .flatMap((s) => (s.json['provider'] as Json | undefined)?.['aws'])
    .find((p) => typeof (p as Json | undefined)?.['region'] === 'string') as Json | undefined;
  const region = String(provider?.['region'] ?? 'us-east-1');
  return {
    region: region.includes('${') ? 'us-east-1' : region,
    accountId: '000000000000',
    hex: (seed, length) => sha(seed).repeat(2).slice(0, length),
    random: options.random ?? ((address) => sha(`secret ${address}`).slice(0, 32)),
    revisionOf: options.revisionOf ?? (() => 1),
  };
}

function unsupported(world: World, allowed: ReadonlySet<string>): Problem[] {
  return [...world.blocks.values()].flatMap((block): Problem[] => {
    const meta = ['count', 'for_each', 'provisioner'].filter((name) => Object.hasOwn(block.body, name));
    const refused = meta.map(
      (name): Problem => ({
        code: 'UNSUPPORTED_ATTRIBUTE',
        address: `${block.address}.${name}`,
        message: `${name} is not evaluated here`,
        value: block.body[name],
        rule: 'each resource stands for itself in synthesized JSON',
        fix: 'make the resources in a loop of the cdktf app',
      }),
    );
    if (block.type === 'terraform_remote_state' || allowed.has(block.type)) return refused;
    const table: Readonly<Record<string, unknown>> = block.mode === 'data' ? DATA_KINDS : KINDS;
    if (Object.hasOwn(table, block.type)) return refused;
    const close = nearest(block.type, Object.keys(table));
    return [
      ...refused,
      {
        code: 'UNSUPPORTED_RESOURCE',
        address: block.address,
        message: `${block.mode === 'data' ? 'data source' : 'resource type'} ${block.type} is not run here`,
        value: block.type,
        rule: 'an unknown type is refused rather than left out in silence',
        fix: `${close ? `did you mean ${close}? Or ` : ''}accept it without local effect: --allow ${block.type}`,
      },
    ];
  });
}

function tryRun<T>(problems: Problem[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CutoverError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** @returns the values; `sound` is false where one could not be had: what is missing then is no news */
function evaluateBlock(world: World, block: Block, problems: Problem[]): { json: Json; sound: boolean } {
  const before = problems.length;
  const names = new Set(world.attributeNames(block));
  const json: Json = {};
  for (const name of names) {
    const value = tryRun(problems, () => world.attribute(block, name));
    if (value !== undefined && value !== null) json[name] = value;
  }
  const computed = tryRun(problems, () => world.all(block));
  return { json: { ...computed, ...json }, sound: problems.length === before };
}

interface Evaluated {
  readonly block: Block;
  readonly json: Json;
  readonly sound: boolean;
}

function buildAll(
  world: World,
  evaluated: ReadonlyMap<string, Evaluated>,
  scope: { names: Names; allowed: ReadonlySet<string>; problems: Problem[] },
) {
  const notes = new Map<string, FidelityNote>();
  const note = (n: FidelityNote): void => void notes.set(`${n.kind} ${n.subject}`, n);
  const context: BuildContext = {
    names: scope.names,
    note,
    all: (...types) => [...evaluated.values()].filter(({ block }) => types.includes(block.type)),
  };
  const collections = emptyCollections();
  for (const { block, json, sound } of evaluated.values()) {
    const kind = own(KINDS, block.type);
    const base = baseOf(world, block, json, kind, scope.problems);
    if (!kind)
      note({
        subject: block.address,
        kind: 'allowed',
        reason: `${block.type} was accepted with --allow and has no local effect`,
      });
    else if (kind.noEffect) note({ subject: block.type, kind: 'no-local-effect', reason: kind.noEffect });
    if (kind) checkAttributes(world, block, kind, { note, problems: scope.problems });
    if (!sound) continue;
    if (kind?.collection && kind.build) {
      const reader = new Reader(block.address, json, scope.problems);
      const built = kind.build(base, reader, context);
      // What a resource takes from others (a group's rules, a template's user data) is a change of it too.
      const digest = sha(JSON.stringify({ ...built, dependsOn: [] })).slice(0, 32);
      (collections[kind.collection] as ResourceBase[]).push({ ...built, digest });
    } else (collections.inert as ResourceBase[]).push({ ...base, id: String(json['id'] ?? '') } as ResourceBase);
  }
  return { collections, notes: [...notes.values()] };
}

type Collections = Pick<Topology, Collection>;

function emptyCollections(): { [K in keyof Collections]: ResourceBase[] } & Collections {
  const names: Collection[] = [
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
    'logGroups',
    'tables',
    'repositories',
    'inert',
  ];
  return Object.fromEntries(names.map((name) => [name, []])) as never;
}

/** Digest and shown attributes are of what is configured; what AWS computes follows from it. */
function baseOf(world: World, block: Block, json: Json, kind: Kind | undefined, problems: Problem[]): ResourceBase {
  const configured = Object.fromEntries(
    world
      .attributeNames(block)
      .sort()
      .map((name) => [name, json[name] ?? null]),
  );
  const secret =
    block.type === 'aws_ssm_parameter' && json['type'] === 'SecureString'
      ? new Set(['value', 'value_wo'])
      : new Set<string>();
  const attributes = Object.fromEntries(
    Object.entries(configured).map(([name, value]) => [name, secret.has(name) ? '(sensitive)' : value]),
  );
  const lifecycle = [block.body['lifecycle']].flat()[0] as Json | undefined;
  const ignore = lifecycle?.['ignore_changes'];
  return {
    address: block.address,
    type: block.type,
    stack: block.stack,
    dependsOn: tryRun(problems, () => world.dependencies(block)) ?? [],
    digest: sha(JSON.stringify([kind ? configured : block.type, configured])).slice(0, 32),
    ignoreChanges:
      ignore === 'all'
        ? ['all']
        : Array.isArray(ignore)
          ? ignore.map(
              (i) =>
                String(i)
                  .replace(/^\$\{|\}$/g, '')
                  .split(/[.[]/)[0] ?? '',
            )
          : [],
    attributes,
    tags: Object.fromEntries(Object.entries((json['tags'] as Json | undefined) ?? {}).map(([k, v]) => [k, String(v)])),
  };
}

function checkAttributes(
  world: World,
  block: Block,
  kind: Kind,
  out: { note(n: FidelityNote): void; problems: Problem[] },
): void {
  if (kind.acts.includes('*')) return;
  for (const name of world.attributeNames(block)) {
    if (kind.acts.includes(name)) continue;
    const reason = own(kind.inert, name);
    if (reason) out.note({ subject: `${block.type}.${name}`, kind: 'no-local-effect', reason });
    else {
      const close = nearest(name, [...kind.acts, ...Object.keys(kind.inert)]);
      out.problems.push({
        code: 'UNSUPPORTED_ATTRIBUTE',
        address: `${block.address}.${name}`,
        message: `${block.type} has no ${name} here`,
        value: block.body[name],
        rule: 'an attribute acts, is listed as having no local effect, or is refused',
        fix: close ? `did you mean ${close}?` : 'remove it from the local stage',
      });
    }
  }
}

function outputsOf(raw: RawStacks, world: World, problems: Problem[]): Topology['outputs'] {
  return raw.stacks.flatMap((stack) =>
    Object.entries((stack.json['output'] as Json | undefined) ?? {}).flatMap(([name, declared]) => {
      const body = ([declared].flat()[0] ?? {}) as Json;
      const value = tryRun(problems, () => world.output(stack.name, name));
      return value === undefined
        ? []
        : [
            {
              stack: stack.name,
              name,
              value,
              sensitive: body['sensitive'] === true,
              description: typeof body['description'] === 'string' ? body['description'] : null,
            },
          ];
    }),
  );
}

/** The same wrong expression met through several references is one problem. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((p) => [JSON.stringify([p.code, p.address, p.message]), p])).values()];
}

function deepFreeze<T>(value: T): T {
  if (value && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
