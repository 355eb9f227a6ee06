/**
 * Raw stacks → one frozen topology. Every problem of every stack is collected before anything is thrown.
 * Reads top to bottom: evaluate all blocks, give them types, build the parts, check the whole.
 */
import { type Problem, throwIfAny } from '../errors.ts';
import type { Json } from '../read/json.ts';
import type { RawStacks } from '../read/raw.ts';
import type { FidelityNote, Output, ResourceBase, Topology } from '../topology.ts';
import { buildAll, type Collections } from './build.ts';
import { checkTopology, topologyNotes } from './check/index.ts';
import { sourceOf } from './data/index.ts';
import { misplaced, misplacedOutput } from './ephemeral.ts';
import { dataContext, hasEffect, type KnowledgeOptions, knowledgeOf, refusalOf, refusals } from './knowledge.ts';
import { hex, type Names, partitionOf } from './names.ts';
import { orderOf } from './order.ts';
import { checkProviders } from './providers.ts';
import { placeOf } from './settings.ts';
import { inHome } from './world/addresses.ts';
import { type Block, declared, labelled, singleBody } from './world/blocks.ts';
import { checkChecks } from './world/checks.ts';
import { Dependencies } from './world/dependencies.ts';
import { attempt } from './world/errors.ts';
import { settled } from './world/settle.ts';
import { checkValidations } from './world/validations.ts';
import { checkVariables, noteUnknown } from './world/variables.ts';
import { World } from './world/world.ts';

export interface ResolveOptions {
  /** Revision of a task definition's content; default 1. */
  readonly revisionOf?: (family: string, digest: string) => number;
  /** Text of generated secrets; default derived from the address. */
  readonly random?: (address: string) => string;
  /** Values of Terraform variables (`TF_VAR_…`). */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Resource types, data sources and addresses accepted without local effect. */
  readonly allow?: readonly string[];
  /** Where no provider block says; default us-east-1. */
  readonly region?: string;
  /** Default: the account that the stacks name, else 000000000000. */
  readonly accountId?: string;
}

/** A resource with everything evaluated, before it is built. */
export interface EvaluatedBlock {
  readonly block: Block;
  /** Configured attributes. */
  readonly configured: Json;
  /** Configured and computed ones. */
  readonly json: Json;
  /** Names of attributes that could not be evaluated. */
  readonly failed: readonly string[];
  /** Names of attributes whose configuration rests on a secret. */
  readonly secret: readonly string[];
  readonly dependsOn: readonly string[];
}

/** @throws CutoverError with every problem found */
export function resolve(raw: RawStacks, options: ResolveOptions = {}): Topology {
  const { topology, problems } = examine(raw, options);
  throwIfAny(problems);
  return topology;
}

/**
 * For who looks past the first refusal: every problem, and a topology of all that could be understood nevertheless. What
 * is wrong in it reads as its default; what could not be evaluated is left out. Nothing is run from it.
 */
export function examine(
  raw: RawStacks,
  options: ResolveOptions = {},
): { readonly topology: Topology; readonly problems: readonly Problem[]; readonly blocks: readonly EvaluatedBlock[] } {
  const problems: Problem[] = [];
  const notes = new Map<string, FidelityNote>();
  const { world, names, knowledge } = openWorld(raw, options, problems);
  problems.push(
    ...checkProviders(world, names.region, hasEffect),
    ...refusals(world, knowledge.allow),
    ...checkVariables(world),
    ...checkOutputs(world, notes),
  );
  const evaluated = evaluateAll(world, knowledge, problems);
  problems.push(...checkValidations(world));
  noteData(world, notes);
  checkChecks(world, notes);
  noteUnknown(world, notes);
  const collections = buildAll(evaluated, { world, names, problems, notes, allow: knowledge.allow });
  const outputs = outputsOf(world, problems);
  const order = orderOf(
    evaluated.map(({ block, dependsOn }) => ({ address: block.address, stack: block.stack, dependsOn })),
    raw,
    problems,
  );
  const topology = assemble(raw, names, collections, { outputs, order, notes });
  const found = distinct([...world.problems, ...problems]);
  // A resource that is left out because of an error would look like a dangling reference of every other.
  if (evaluated.every((e) => e.failed.length === 0))
    found.push(...unrelated(distinct(checkTopology(topology)), found, order));
  return { topology: deepFreeze(topology), problems: found, blocks: evaluated };
}

/** Problems of resources without an earlier one: what rests on a wrong value is no news. */
function unrelated(problems: readonly Problem[], earlier: readonly Problem[], addresses: readonly string[]): Problem[] {
  const isOf = (address: string, p: Problem): boolean =>
    p.address === address || ['.', '['].some((next) => p.address?.startsWith(address + next) === true);
  const wrong = addresses.filter((address) => earlier.some((p) => isOf(address, p)));
  return problems.filter((p) => !wrong.some((address) => isOf(address, p)));
}

function openWorld(raw: RawStacks, options: ResolveOptions, problems: Problem[]) {
  let names: Names | null = null;
  const knowledge: KnowledgeOptions = {
    allow: new Set(options.allow ?? []),
    names: () => names ?? namesAt(options, { region: options.region ?? 'us-east-1', accountId: '000000000000' }),
    world: () => world,
  };
  const world = new World(raw, {
    variables: options.variables ?? {},
    knowledgeOf: (block) => knowledgeOf(block, knowledge),
    refusalOf: (block) => refusalOf(block, knowledge.allow),
  });
  names = namesAt(options, placeOf(world, options, problems));
  world.expand();
  return { world, names, knowledge };
}

const namesAt = (options: ResolveOptions, place: { region: string; accountId: string }): Names => ({
  ...place,
  partition: partitionOf(place.region),
  random: options.random ?? ((address) => hex(`secret ${address}`, 32)),
  revisionOf: options.revisionOf ?? (() => 1),
});

function evaluateAll(world: World, knowledge: KnowledgeOptions, problems: Problem[]): EvaluatedBlock[] {
  const dependencies = new Dependencies(world, problems, (data) => {
    const source = sourceOf(data);
    const context = dataContext(data, (name) => world.configured(data, name), knowledge);
    return attempt(problems, () => source?.dependsOn?.(context)) ?? [];
  });
  const known = [...world.blocks.values()].filter((block) => knowledgeOf(block, knowledge));
  for (const block of known) if (block.mode !== 'resource') evaluateBlock(world, block, problems);
  return known
    .filter((block) => block.mode === 'resource')
    .map((block) => ({ block, ...evaluateBlock(world, block, problems), dependsOn: dependencies.of(block) }));
}

/** What cannot be evaluated is a problem, and missing. */
function evaluateBlock(world: World, block: Block, problems: Problem[]) {
  const configured: Json = {};
  const failed: string[] = [];
  for (const name of world.attributeNames(block)) {
    const before = problems.length;
    const value = attempt(problems, () => settled(world.configured(block, name)));
    if (problems.length === before) problems.push(...misplaced(world, block, name));
    if (problems.length > before) failed.push(name);
    else if (value !== undefined) configured[name] = value;
  }
  const json: Json = { ...configured };
  const all = attempt(problems, () => world.all(block)) ?? {};
  for (const name of Object.keys(all)) {
    const value = attempt(problems, () => settled(all[name]));
    if (value !== undefined) json[name] = value;
  }
  const secret = Object.keys(configured).filter((name) => world.restsOnSecret(block, name));
  return { configured, json, failed, secret };
}

/**
 * What modules give to whoever asks. What cannot be evaluated is a problem of those who use it: a module of others gives
 * dozens of attributes that nobody asks for, and not all of them are known here.
 */
function checkOutputs(world: World, notes: Map<string, FidelityNote>): Problem[] {
  const misplacedOnes: Problem[] = [];
  for (const { key, json, call } of world.homes)
    for (const name of call ? world.named.outputNames(key) : []) {
      const found: Problem[] = [];
      const value = attempt(found, () => world.named.output(key, name));
      const mayBeEphemeral = declared(json, 'output', name)?.['ephemeral'] === true;
      if (value !== undefined && !mayBeEphemeral) misplacedOnes.push(...misplacedOutput(world, key, name));
      const subject = inHome(key, `output.${name}`);
      for (const { message } of found) {
        const reason = `it cannot be evaluated, which matters to nothing that does not use it: ${message}`;
        notes.set(`no-local-effect ${subject}`, { kind: 'no-local-effect', subject, reason });
      }
    }
  return misplacedOnes;
}

function noteData(world: World, notes: Map<string, FidelityNote>): void {
  for (const block of world.blocks.values()) {
    const reason = sourceOf(block)?.approximated;
    const subject = `${block.mode}.${block.type}`;
    if (reason) notes.set(subject, { subject, kind: 'approximated', reason });
  }
}

function outputsOf(world: World, problems: Problem[]): Output[] {
  return world.raw.stacks.flatMap(({ name: stack, json }) =>
    labelled(json['output'], `${stack}/output`, problems).flatMap(([name, content]) => {
      if (!singleBody(content, `${stack}/output.${name}`, problems)) return [];
      const value = attempt(problems, () => settled(world.named.output(stack, name)));
      if (value === undefined) return [];
      problems.push(...misplacedOutput(world, stack, name));
      const body = declared(json, 'output', name) ?? {};
      const description = typeof body['description'] === 'string' ? body['description'] : null;
      const sensitive = body['sensitive'] === true || world.named.isSensitiveOutput(stack, name);
      return [{ stack, name, value, sensitive, description }];
    }),
  );
}

function assemble(
  raw: RawStacks,
  names: Names,
  collections: Collections,
  rest: { outputs: readonly Output[]; order: readonly string[]; notes: Map<string, FidelityNote> },
): Topology {
  const topology: Topology = {
    region: names.region,
    accountId: names.accountId,
    stacks: raw.stacks.map((s) => s.name),
    ...collections,
    outputs: rest.outputs,
    notes: [...rest.notes.values()],
    order: rest.order,
  };
  return { ...topology, notes: [...topology.notes, ...topologyNotes(topology)] };
}

/** The same mistake met on several ways is one problem. */
const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((p) => [JSON.stringify([p.code, p.address, p.message]), p])).values(),
];

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value as Record<string, unknown> | ResourceBase[])) deepFreeze(item);
  return value;
}
