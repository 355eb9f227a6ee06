/** Which provider configuration each resource is made by, through the `providers` of modules (Terraform: providers within modules). */
import type { Problem } from '../errors.ts';
import { isObject, type Json } from '../read/json.ts';
import { nearest } from './nearest.ts';
import { providersOf, secondRegion } from './settings.ts';
import { inHome } from './world/addresses.ts';
import type { Block } from './world/blocks.ts';
import { attempt } from './world/errors.ts';
import type { Home } from './world/homes.ts';
import type { World } from './world/world.ts';

/** A `provider` block, and where it is written. */
interface Found {
  readonly home: string;
  readonly config: Json;
}

/** References to providers that are not there, and resources that act, made by a provider of another region. What has no effect may be anywhere. */
export function checkProviders(world: World, region: string, acts: (block: Block) => boolean): Problem[] {
  const known = new Map<string, Found | null | 'missing'>();
  const find = (home: string, name: string): Found | null | 'missing' => {
    const key = inHome(home, name);
    const found = known.get(key) ?? configOf(world, home, name);
    known.set(key, found);
    return found;
  };
  const ofBlocks = [...world.blocks.values()].flatMap((block): Problem[] => {
    const given = block.body['provider'];
    const name = given === undefined ? (block.type.split('_')[0] ?? '') : nameOf(given);
    const found = find(block.home, name);
    // What its module is not passed is told of the module.
    if (found === 'missing')
      return given === undefined ? [] : [notThere(world, block.home, name, `${block.address}.provider`)];
    const isDefault = found === null || (found.home === block.stack && !found.config['alias']);
    if (isDefault || !acts(block)) return [];
    const other = regionOf(world, found);
    if (typeof other !== 'string' || other === '' || other === region) return [];
    return [secondRegion(`${block.address}.provider`, other, region)];
  });
  return [...ofBlocks, ...world.homes.flatMap((home) => ofCall(world, home, find))];
}

/** What a module block passes on has to be there. */
function ofCall(world: World, { call }: Home, find: (home: string, name: string) => unknown): Problem[] {
  if (!call) return [];
  return Object.values(mapOf(call.body))
    .map(nameOf)
    .filter((name) => find(call.home, name) === 'missing')
    .map((name) => notThere(world, call.home, name, `${call.address}.providers`));
}

const regionOf = (world: World, { home, config }: Found): unknown =>
  attempt([], () => world.evaluateValue(config['region'], { home }, inHome(home, 'provider.aws.region')));

/** `aws.west`, `${aws.west}`, or the same in brackets of instances, which are not told apart. */
const nameOf = (reference: unknown): string =>
  String(reference)
    .replace(/^\$\{|\}$/g, '')
    .replace(/\[.*$/, '');

const mapOf = (body: Json): Json => {
  const map = [body['providers']].flat()[0];
  return isObject(map) ? map : {};
};

/** @returns null for a provider that is configured by nothing but its environment */
function configOf(world: World, key: string, name: string): Found | null | 'missing' {
  const home = world.home(key);
  const [type = '', alias] = name.split('.');
  const written = providersOf(home?.json ?? {}, type).filter((config) => (config['alias'] ?? undefined) === alias);
  // A block that only names an alias stands for what the caller passes on (Terraform: proxy configuration blocks).
  const config = written.find((one) => !home?.call || Object.keys(one).some((k) => !PROXY.has(k)));
  if (config) return { home: key, config };
  if (!home?.call) return alias === undefined ? null : 'missing';
  const passed = mapOf(home.call.body)[name];
  if (passed !== undefined) return configOf(world, home.call.home, nameOf(passed));
  return alias === undefined ? configOf(world, home.call.home, type) : 'missing';
}

const PROXY: ReadonlySet<string> = new Set(['alias', 'version', '//']);

function notThere(world: World, key: string, name: string, address: string): Problem {
  const home = world.home(key);
  const [type = ''] = name.split('.');
  const aliases = providersOf(home?.json ?? {}, type).flatMap(({ alias }) => (alias ? [`${type}.${alias}`] : []));
  const passed = Object.keys(home?.call ? mapOf(home.call.body) : {});
  const close = nearest(name, [...aliases, ...passed]);
  const declare = home?.call
    ? `pass it in providers of the block module ${home.call.name}`
    : `declare provider ${type} with the alias`;
  return {
    code: 'DANGLING_REFERENCE',
    address,
    message: `there is no provider ${name}`,
    value: name,
    rule: 'a provider with an alias is declared where it is named, or passed on to the module',
    fix: close ? `did you mean ${close}?` : declare,
  };
}
