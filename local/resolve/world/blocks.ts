/** Blocks as declared, before anything is evaluated; what is not a block of ours is a problem. */
import type { Problem } from '../../errors.ts';
import { isObject, type Json, own } from '../../read/json.ts';
import type { Calls, RawStacks } from '../../read/raw.ts';
import type { Locals } from '../expr/evaluate.ts';
import { nearest } from '../nearest.ts';
import { inHome } from './addresses.ts';
import type { Home } from './homes.ts';

/** Sections whose blocks have a type and a name. An ephemeral one is opened anew for each command, and kept nowhere. */
export const MODES = ['resource', 'data', 'ephemeral'] as const;

export type Mode = (typeof MODES)[number];

/** One `resource`, `data` or `ephemeral` block; after expansion one instance of it. */
export interface Block {
  /** `<stack>/[module.<name>.][data.|ephemeral.]<type>.<name>`, with `[0]` or `["key"]` for an instance of count or for_each. */
  readonly address: string;
  readonly stack: string;
  /** Key of the home that it is written in: the stack, or `<stack>/module.<name>`, with the keys of instances. */
  readonly home: string;
  readonly mode: Mode;
  readonly type: string;
  readonly name: string;
  readonly body: Json;
  /** `count` and `each` of this instance. */
  readonly locals: Locals;
}

/** Arguments of Terraform itself, which are no attributes. */
export const META_ARGUMENTS: ReadonlySet<string> = new Set([
  '//',
  'depends_on',
  'lifecycle',
  'provider',
  'count',
  'for_each',
  'provisioner',
  'connection',
  'dynamic',
]);

/** Sections about states and what should hold of them; they have no effect (see checks.ts). */
const WITHOUT_EFFECT = ['moved', 'removed', 'import', 'check'];

const SECTIONS = ['//', 'terraform', 'provider', 'variable', 'locals', ...MODES, 'output', 'module', ...WITHOUT_EFFECT];

/** A block as it is referred to. @param home key of where it is written */
export const addressOf = (home: string, mode: Mode, typeAndName: string): string =>
  inHome(home, `${mode === 'resource' ? '' : `${mode}.`}${typeAndName}`);

/** The mode of the block that a reference begins with, and how many of its parts name the block. */
export const modeOf = (root: string): { readonly mode: Mode; readonly parts: number } =>
  root === 'data' || root === 'ephemeral' ? { mode: root, parts: 3 } : { mode: 'resource', parts: 2 };

/** The blocks of all stacks and of the modules that they call, as they are written: without instances of either. */
export const collectBlocks = (raw: RawStacks, problems: Problem[]): Block[] =>
  raw.stacks.flatMap(({ name, json, calls }) => writtenIn({ key: name, stack: name, json }, calls, problems));

const writtenIn = (home: Written, calls: Calls = new Map(), problems: Problem[]): Block[] => [
  ...blocksOf(home, problems),
  ...[...calls].flatMap(([name, { module }]) =>
    module
      ? writtenIn({ ...home, key: inHome(home.key, `module.${name}`), json: module.json }, module.calls, problems)
      : [],
  ),
];

type Written = Pick<Home, 'key' | 'stack' | 'json'>;

/** The blocks that are written in one home. */
export function blocksOf({ key, stack, json }: Written, problems: Problem[]): Block[] {
  for (const section of Object.keys(json))
    problems.push(...checkSection(key, section, json[section]), ...checkLabels(key, section, json[section]));
  return MODES.flatMap((mode) =>
    labelled(json[mode], inHome(key, mode), problems).flatMap(([type, named]) =>
      labelled(named, inHome(key, type), problems).flatMap(([name, body]) => {
        const address = addressOf(key, mode, `${type}.${name}`);
        if (!NAME.test(name)) problems.push(namedWrongly(address, name));
        const content = singleBody(body, address, problems);
        return content ? [{ address, stack, home: key, mode, type, name, body: content, locals: new Map() }] : [];
      }),
    ),
  );
}

/** Sections whose labels are names by themselves. */
const NAMED = ['variable', 'output', 'locals', 'check', 'module'];

/** A name that two objects of a section's list hold; within one object JSON has told of it. */
function checkLabels(home: string, section: string, content: unknown): Problem[] {
  const labels = labelled(content, section, []);
  const names = (MODES as readonly string[]).includes(section)
    ? labels.flatMap(([type, named]) => labelled(named, type, []).map(([name]) => `${type}.${name}`))
    : NAMED.includes(section)
      ? labels.map(([name]) => name)
      : [];
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const address = inHome(home, `${section === 'resource' ? '' : `${section}.`}${name}`);
    const isFirst = !seen.has(name);
    seen.add(name);
    if (isFirst) return [];
    return [
      {
        code: 'DUPLICATE',
        address,
        message: `${name} is declared twice`,
        value: name,
        rule: `a name is unique in the section ${section} (Terraform: one block a name)`,
        fix: 'rename or remove one',
      },
    ];
  });
}

/** What can be referred to (Terraform: identifiers). */
export const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

export const namedWrongly = (address: string, name: string): Problem => ({
  code: 'INVALID_ATTRIBUTE',
  address,
  message: 'the name of the block is none',
  value: name,
  rule: 'a letter or underscore, then letters, digits, underscores and hyphens (Terraform: identifiers)',
  fix: 'rename the block',
});

function checkSection(home: string, section: string, content: unknown): Problem[] {
  const address = inHome(home, section);
  if (SHAPED.includes(section)) return misshapen(content, address);
  if (SECTIONS.includes(section)) return [];
  const close = nearest(section, SECTIONS);
  return [
    {
      code: 'UNSUPPORTED_ATTRIBUTE',
      address,
      message: `the section ${section} is not read here`,
      value: section,
      rule: `one of ${SECTIONS.slice(1).join(', ')}`,
      fix: close ? `did you mean ${close}?` : 'remove it',
    },
  ];
}

/** Sections that nothing else goes through block by block. */
const SHAPED = ['variable', 'locals', 'provider', 'terraform', 'check'];

/** What is no object where one must be; a local may be anything. */
function misshapen(content: unknown, address: string): Problem[] {
  const problems: Problem[] = [];
  const labels = labelled(content, address, problems);
  if (/[./]variable$/.test(address))
    for (const [name, body] of labels) singleBody(body, `${address.slice(0, -'variable'.length)}var.${name}`, problems);
  return problems;
}

/** Labels and what is under them; Terraform JSON may write the labels of a section in several objects of a list. */
export function labelled(section: unknown, address: string, problems: Problem[]): [string, unknown][] {
  if (section === undefined || section === null) return [];
  return (Array.isArray(section) ? section : [section]).flatMap((part) => {
    if (isObject(part)) return Object.entries(part).filter(([label]) => label !== '//');
    if (part === null) return [];
    problems.push(notAnObject(address, part));
    return [];
  });
}

/** A body is an object, or a list of exactly one. */
export function singleBody(body: unknown, address: string, problems: Problem[]): Json | null {
  const [first, ...more] = Array.isArray(body) ? (body as unknown[]) : [body];
  if (more.length > 0)
    problems.push({
      code: 'DUPLICATE',
      address,
      message: `${address} is declared ${more.length + 1} times`,
      rule: 'a name is unique among the blocks of a type',
      fix: 'rename or remove one',
    });
  if (isObject(first)) return first;
  problems.push(notAnObject(address, first));
  return null;
}

const notAnObject = (address: string, value: unknown): Problem => ({
  code: 'STACK_INVALID_JSON',
  address,
  message: 'the block is not an object',
  value: value ?? null,
  rule: 'a block is an object, or a list of objects (Terraform: JSON configuration syntax)',
  fix: 'synthesize it again: npx cdktf synth',
});

/** One declared thing of a section with one label (`variable`, `output`), or undefined. */
export function declared(json: Json, section: 'variable' | 'output', name: string): Json | undefined {
  let known = sections.get(json);
  if (!known) {
    known = { variable: bodiesOf(json['variable']), output: bodiesOf(json['output']) };
    sections.set(json, known);
  }
  return known[section].get(name);
}

type Bodies = ReadonlyMap<string, Json>;

/** A stack is looked through once: everything asks for its variables. */
const sections = new WeakMap<Json, Readonly<Record<'variable' | 'output', Bodies>>>();

const bodiesOf = (section: unknown): Bodies =>
  new Map(
    labelled(section, '', []).flatMap(([label, found]): [string, Json][] => {
      const body = Array.isArray(found) ? (found[0] as unknown) : found;
      return isObject(body) ? [[label, body]] : [];
    }),
  );

/** All `locals` of a stack. */
export function localsOf(json: Json): Json {
  const known = locals.get(json);
  if (known) return known;
  const found = Object.fromEntries(labelled(json['locals'], 'locals', []));
  locals.set(json, found);
  return found;
}

const locals = new WeakMap<Json, Json>();

/** The one `lifecycle` block of a body. */
export function lifecycleOf(body: Json): Json {
  const found = own(body, 'lifecycle');
  const first = Array.isArray(found) ? found[0] : found;
  return isObject(first) ? first : {};
}
