/** AWS Systems Manager: the parameter store. Rules: SSM API reference. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import type { MadeParameter } from '../made.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, integer, list, name, names, text } from '../schema.ts';

type Stored = NonNullable<ReturnType<Call['parameters']['get']>>;

const filters = list(z.object({ Key: name, Option: text.optional(), Values: names.optional() }));

export const ssm: ServiceTable = {
  name: 'ssm',
  targetPrefix: 'AmazonSSM',
  jsonVersion: '1.1',
  validationError: 'ValidationException',
  operations: {
    GetParameter: operation(z.object({ Name: name, WithDecryption: bool.optional() }), (input, call) => ({
      Parameter: parameterShape(need(call, input.Name), input.WithDecryption ?? false),
    })),
    GetParameters: operation(z.object({ Names: list(name, 10), WithDecryption: bool.optional() }), (input, call) => {
      const found = input.Names.map((wanted) => call.parameters.get(wanted));
      return {
        Parameters: found.flatMap((one) => (one ? [parameterShape(one, input.WithDecryption ?? false)] : [])),
        InvalidParameters: input.Names.filter((_, index) => !found[index]),
      };
    }),
    GetParametersByPath: operation(
      z.object({
        Path: z.string().regex(/^\//, 'must begin with a slash'),
        Recursive: bool.optional(),
        WithDecryption: bool.optional(),
        ParameterFilters: z.never('ParameterFilters has no local counterpart').optional(),
        MaxResults: integer(1, 10).optional(),
        NextToken: text.optional(),
      }),
      byPath,
    ),
    DescribeParameters: operation(
      z.object({
        ParameterFilters: filters.optional(),
        Filters: z.never('Filters is superseded by ParameterFilters').optional(),
        MaxResults: integer(1, 50).optional(),
        NextToken: text.optional(),
      }),
      describe,
    ),
    PutParameter: operation(
      z.strictObject({
        Name: z
          .string()
          .regex(/^[a-zA-Z0-9_.\-/]{1,1011}$/, 'Parameter name: only a mix of letters, numbers and . - _ / is allowed'),
        Value: z.string().min(1).max(8192),
        Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
        Overwrite: bool.optional(),
        Tier: z.literal('Standard').optional(),
        DataType: z.literal('text').optional(),
      }),
      put,
    ),
    DeleteParameter: operation(z.object({ Name: name }), (input, call) => {
      need(call, input.Name);
      call.parameters.remove(input.Name);
      call.made.parameters.delete(input.Name);
      return {};
    }),
    DeleteParameters: operation(z.object({ Names: names }), (input, call) => {
      const removed = input.Names.map((wanted) => call.parameters.remove(wanted));
      for (const wanted of input.Names) call.made.parameters.delete(wanted);
      return {
        DeletedParameters: input.Names.filter((_, index) => removed[index]),
        InvalidParameters: input.Names.filter((_, index) => !removed[index]),
      };
    }),
  },
};

function byPath(
  input: { Path: string; Recursive?: boolean; WithDecryption?: boolean; MaxResults?: number; NextToken?: string },
  call: Call,
): object {
  const root = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
  const found = call.parameters
    .list()
    .filter((one) => one.name.startsWith(root) && (input.Recursive || !one.name.slice(root.length).includes('/')));
  const page = paginate(found, (one) => one.name, {
    token: input.NextToken,
    max: input.MaxResults ?? 10,
    errorCode: 'InvalidNextToken',
  });
  return {
    Parameters: page.items.map((one) => parameterShape(one, input.WithDecryption ?? false)),
    NextToken: page.next,
  };
}

type Filter = {
  readonly Key: string;
  readonly Option?: string | undefined;
  readonly Values?: readonly string[] | undefined;
};

function describe(
  input: {
    ParameterFilters?: readonly Filter[] | undefined;
    MaxResults?: number | undefined;
    NextToken?: string | undefined;
  },
  call: Call,
): object {
  const tests = (input.ParameterFilters ?? []).map(compileFilter);
  const found = call.parameters.list().filter((one) => tests.every((passes) => passes(one)));
  const page = paginate(found, (one) => one.name, {
    token: input.NextToken,
    max: input.MaxResults ?? 50,
    errorCode: 'InvalidNextToken',
  });
  const shapes = page.items.map((one) => ({
    Name: one.name,
    ARN: one.arn,
    Type: one.type,
    LastModifiedDate: new Date(one.lastModifiedMs),
    Version: one.version,
    Tier: 'Standard',
    DataType: 'text',
    Policies: [],
  }));
  return { Parameters: shapes, NextToken: page.next };
}

function compileFilter({
  Key,
  Option = Key === 'Path' ? 'OneLevel' : 'Equals',
  Values = [],
}: Filter): (one: Stored) => boolean {
  const field = Key === 'Name' || Key === 'Path' ? 'name' : Key === 'Type' ? 'type' : null;
  if (field === null)
    throw new ApiError('InvalidFilterKey', `The filter key ${Key} has no local counterpart: Name, Path and Type do.`);
  const test = (value: string, wanted: string): boolean => {
    if (Option === 'BeginsWith') return value.startsWith(wanted);
    if (Option === 'Contains') return value.includes(wanted);
    const root = wanted.endsWith('/') ? wanted : `${wanted}/`;
    if (Option === 'Recursive') return value.startsWith(root);
    if (Option === 'OneLevel') return value.startsWith(root) && !value.slice(root.length).includes('/');
    if (Option !== 'Equals') throw new ApiError('InvalidFilterOption', `The filter option ${Option} is not known.`);
    return value === wanted;
  };
  return (one) => Values.some((wanted) => test(one[field], wanted));
}

function put(
  input: {
    Name: string;
    Value: string;
    Type?: 'String' | 'StringList' | 'SecureString' | undefined;
    Overwrite?: boolean | undefined;
  },
  call: Call,
): object {
  const existing = call.parameters.get(input.Name);
  if (existing && !input.Overwrite) {
    throw new ApiError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (existing && input.Type && input.Type !== existing.type) {
    throw new ApiError('HierarchyTypeMismatchException', 'The type of a parameter cannot be changed.');
  }
  if (!existing && !input.Type)
    throw new ApiError('ValidationException', 'A parameter type is required when you create a parameter.');
  const type = input.Type ?? (existing?.type as MadeParameter['type']);
  const version = call.parameters.put(input.Name, input.Value, type);
  call.made.parameters.set(input.Name, { value: input.Value, type });
  call.events.emit({
    source: 'params',
    subject: input.Name,
    code: 'PARAMETER_PUT',
    message: `version ${version} was put through the API`,
  });
  return { Version: version, Tier: 'Standard' };
}

function need(call: Call, wanted: string): Stored {
  const found = call.parameters.get(wanted);
  if (!found) throw new ApiError('ParameterNotFound', '');
  return found;
}

/** A SecureString that was not asked to be decrypted shows an opaque text, never the secret. */
function parameterShape(one: Stored, decrypt: boolean): object {
  const hidden = one.type === 'SecureString' && !decrypt;
  const digest = (): string => createHash('sha256').update(`${one.name}:${one.version}:${one.value}`).digest('base64');
  return {
    Name: one.name,
    Type: one.type,
    Value: hidden ? digest() : one.value,
    Version: one.version,
    LastModifiedDate: new Date(one.lastModifiedMs),
    ARN: one.arn,
    DataType: 'text',
  };
}
