/** How data sources find resources of the stacks: by attributes, by tags, by filters. */
import { CutoverError } from '../../errors.ts';
import { isObject, type Json, own } from '../../read/json.ts';
import { textOf } from '../names.ts';
import type { DataContext, DataSource, Findable } from './index.ts';

export const MADE_UP = 'what is not in the stacks is taken to exist, with made-up ids';

/** An attribute or a tag, and what it may be. */
type Wanted = readonly [attribute: string, values: readonly unknown[]];

/** Resources of a type whose attributes and tags are all as the data source gives them, by itself or in filters. */
export function matching(context: DataContext, type: string, by: Readonly<Record<string, string>>): Findable[] {
  const given = Object.entries(by)
    .map(([name, theirs]): Wanted => [theirs, [context.attribute(name) ?? []].flat()])
    .filter(([, values]) => values.length > 0);
  const wanted = [...given, ...filteredBy(context, type)];
  if (wanted.length + tagsWanted(context).length === 0) return [];
  return context
    .resources(type)
    .filter((r) => wanted.every(([name, values]) => values.map(String).includes(String(r.attribute(name)))))
    .filter((r) => hasTags(context, r));
}

/** Names of EC2's filters → attributes; what other filters ask is not known here. */
const FILTERS: Readonly<Record<string, string>> = {
  'vpc-id': 'vpc_id',
  'group-name': 'name',
  'group-id': 'id',
  'subnet-id': 'id',
  'cidr-block': 'cidr_block',
  cidr: 'cidr_block',
  'availability-zone': 'availability_zone',
};

const filteredBy = (context: DataContext, type: string): Wanted[] =>
  filtersOf(context).flatMap(([name, values]): Wanted[] => {
    const attribute = type === 'aws_vpc' && name === 'vpc-id' ? 'id' : own(FILTERS, name);
    return attribute === undefined ? [] : [[attribute, values]];
  });

/** @param by attribute of the data source → attribute of the resource */
export function lookup(
  type: string,
  by: Readonly<Record<string, string>>,
  otherwise?: (context: DataContext) => Json,
): DataSource {
  return {
    read: (context) => {
      const [found] = matching(context, type, by);
      if (found) return found.all();
      if (otherwise) return otherwise(context);
      throw missing(context, type, by);
    },
    dependsOn: (context) => matching(context, type, by).map((r) => r.address),
    ...(otherwise ? { approximated: MADE_UP } : {}),
  };
}

/** @param by as of `lookup` */
export function missing(context: DataContext, type: string, by: Readonly<Record<string, string>>): CutoverError {
  const asked: Wanted[] = [
    ...Object.keys(by).map((name): Wanted => [name, [context.attribute(name) ?? []].flat()]),
    ...filtersOf(context),
    ...tagsWanted(context).map(([name, values]): Wanted => [`tag ${name}`, values]),
  ].filter(([, values]) => values.length > 0);
  const what = asked.map(([name, values]) => `${name} ${values.map((v) => JSON.stringify(v)).join(' or ')}`);
  return new CutoverError({
    code: 'DANGLING_REFERENCE',
    address: context.block.address,
    message: `there is no ${type} with ${what.join(', ') || 'what it asks for'}`,
    value: Object.fromEntries(asked),
    rule: 'a data source finds a resource of these stacks',
    fix: 'declare it in one of the stacks, or read the stack that does beside this one',
  });
}

export const filtersOf = ({ attribute }: DataContext): [name: string, values: readonly unknown[]][] =>
  [attribute('filter') ?? []]
    .flat()
    .filter(isObject)
    .map((f) => [textOf(f['name']), [f['values'] ?? []].flat()]);

/** `tags`, and filters of `tag:NAME`. */
export function tagsWanted(context: DataContext): readonly Wanted[] {
  const asked = context.attribute('tags');
  return [
    ...Object.entries(isObject(asked) ? asked : {}).map(([name, value]): Wanted => [name, [value]]),
    ...filtersOf(context).flatMap(([name, values]): Wanted[] =>
      name.startsWith('tag:') ? [[name.slice('tag:'.length), values]] : [],
    ),
  ];
}

/** Each must be there with one of the values (EC2 DescribeSubnets). */
function hasTags(context: DataContext, found: Findable): boolean {
  const wanted = tagsWanted(context);
  if (wanted.length === 0) return true;
  const given = found.attribute('tags');
  const tags = isObject(given) ? given : {};
  return wanted.every(([name, values]) => Object.hasOwn(tags, name) && values.map(String).includes(String(tags[name])));
}
