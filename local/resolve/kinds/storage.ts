/** Parameters, log groups, tables, repositories. */
import { LOG_GROUP, PARAMETER, REPOSITORY, TABLE } from '../../read/schemas/aws-storage.ts';
import type { LogGroup, Parameter, Repository, Table } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, nameOf, textOf } from '../names.ts';
import { SECRET_KINDS } from './secrets.ts';

const parameter = acting(
  PARAMETER,
  'parameters',
  (names, _block, attribute) => {
    const name = textOf(attribute('name'));
    const arn = arnOf(names, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
    return { id: name, arn, version: 1, insecure_value: attribute('insecure_value') ?? null };
  },
  ({ base, values: v, computed, report }): Parameter => {
    const given = [v.value, v.insecure_value, v.value_wo].filter((x) => x !== null);
    const [value] = given;
    if (value === undefined || value === '')
      report.missing('value', 'a parameter has a value of at least one character');
    if (given.length > 1)
      report.bad('value', given.length, 'more than one value is given', 'value, insecure_value or value_wo');
    return { ...base, arn: computed('arn'), name: v.name, parameterType: v.type, value: value ?? '' };
  },
);

const logGroup = acting(
  LOG_GROUP,
  'logGroups',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    return { name, id: name, arn: arnOf(names, 'logs', `log-group:${name}`) };
  },
  ({ base, values, computed }): LogGroup => ({
    ...base,
    arn: computed('arn'),
    name: computed('name'),
    retentionDays: values.retention_in_days,
  }),
);

const table = acting(
  TABLE,
  'tables',
  (names, _block, attribute) => {
    const name = textOf(attribute('name'));
    return { id: name, arn: arnOf(names, 'dynamodb', `table/${name}`), stream_arn: '', stream_label: '' };
  },
  buildTable,
);

function buildTable({ base, values: v, computed, report }: BuildContext<typeof TABLE.fields>): Table {
  const indexes = v.global_secondary_index.map((g) => ({
    name: g.name,
    hashKey: g.hash_key,
    rangeKey: g.range_key,
    projectionType: g.projection_type,
    nonKeyAttributes: g.non_key_attributes,
  }));
  const used = [v.hash_key, v.range_key, ...indexes.flatMap((i) => [i.hashKey, i.rangeKey])].filter((k) => k !== null);
  const declared = v.attribute.map((a) => a.name);
  for (const key of new Set(used))
    if (!declared.includes(key))
      report.bad(
        'attribute',
        key,
        `the key ${key} has no attribute block`,
        'every key has an attribute block with its type',
      );
  for (const name of declared)
    if (!used.includes(name))
      report.bad(
        'attribute',
        name,
        `${name} is no key`,
        'only keys of the table and its indexes have attribute blocks',
      );
  return {
    ...base,
    arn: computed('arn'),
    name: v.name,
    hashKey: v.hash_key,
    rangeKey: v.range_key,
    keyAttributes: v.attribute,
    globalSecondaryIndexes: indexes,
  };
}

const repository = acting(
  REPOSITORY,
  'repositories',
  (names, _block, attribute) => {
    const name = textOf(attribute('name'));
    return {
      id: name,
      arn: arnOf(names, 'ecr', `repository/${name}`),
      repository_url: `${names.accountId}.dkr.ecr.${names.region}.amazonaws.com/${name}`,
      registry_id: names.accountId,
    };
  },
  ({ base, values, computed }): Repository => ({
    ...base,
    arn: computed('arn'),
    name: values.name,
    url: computed('repository_url'),
  }),
);

export const STORAGE_KINDS = [...SECRET_KINDS, parameter, logGroup, table, repository];
