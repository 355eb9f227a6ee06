/** Region and account of the stacks: what the provider blocks say, else the defaults. */
import type { Problem } from '../errors.ts';
import { isObject, type Json } from '../read/json.ts';
import type { Calls, RawStacks } from '../read/raw.ts';
import { attempt } from './world/errors.ts';
import type { World } from './world/world.ts';

export const DEFAULT_REGION = 'us-east-1';
export const DEFAULT_ACCOUNT_ID = '000000000000';

export const providersOf = (json: Json, name: string): Json[] =>
  [json['provider'] ?? []]
    .flat()
    .filter(isObject)
    .flatMap((provider) => [provider[name] ?? []].flat())
    .filter(isObject);

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** One plane is one region: a second one is a problem. */
export function placeOf(world: World, defaults: Partial<Place>, problems: Problem[]): Place {
  const regions = world.raw.stacks.flatMap(({ name, json }) =>
    providersOf(json, 'aws').flatMap((provider) => {
      const address = `${name}/provider.aws.region`;
      const region = attempt(problems, () => world.evaluateValue(provider['region'], { home: name }, address));
      return typeof region === 'string' && region !== '' ? [{ region, address, alias: provider['alias'] }] : [];
    }),
  );
  const region = regions.find((r) => !r.alias)?.region ?? regions[0]?.region ?? defaults.region ?? DEFAULT_REGION;
  for (const other of regions.filter((r) => !r.alias && r.region !== region))
    problems.push(secondRegion(other.address, other.region, region));
  return { region, accountId: defaults.accountId ?? accountIn(world.raw) ?? DEFAULT_ACCOUNT_ID };
}

export const secondRegion = (address: string, value: string, region: string): Problem => ({
  code: 'UNSUPPORTED_ATTRIBUTE',
  address,
  message: `a second region is not run here; the first is ${region}`,
  value,
  rule: 'the plane is one region',
  fix: 'read the stacks of one region at a time',
});

/** The account that the provider is held to, or that most ARNs and image names in the stacks name. */
function accountIn(raw: RawStacks): string | null {
  const held = raw.stacks
    .flatMap((s) => providersOf(s.json, 'aws'))
    .flatMap((p) => [p['allowed_account_ids'] ?? []].flat())
    .find((id) => /^\d{12}$/.test(String(id)));
  if (held) return String(held);
  const counts = new Map<string, number>();
  const all = raw.stacks.flatMap((s) => [s.json, ...modulesOf(s.calls)]);
  const text = JSON.stringify(all.map((json) => [json['resource'], json['locals'], json['variable'], json['module']]));
  for (const [, arn, ecr] of text.matchAll(
    /arn:aws[\w-]*:(?:iam|ecs|ssm|sns|sqs|ecr|elasticloadbalancing):[\w-]*:(\d{12}):|(\d{12})\.dkr\.ecr\./g,
  )) {
    const id = arn ?? ecr ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** What the files of called modules hold, each once. */
const modulesOf = (calls: Calls = new Map(), found: Set<Json> = new Set()): Set<Json> => {
  for (const { module } of calls.values())
    if (module && !found.has(module.json)) modulesOf(module.calls, found.add(module.json));
  return found;
};
