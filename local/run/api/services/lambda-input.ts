/** What the Lambda operations accept, and the paths they are called at. Strict: refused by name. */
import { z } from 'zod';
import type { RestParts, Route } from '../protocols/rest.ts';
import { bool, integer, text } from '../schema.ts';

const NAME = '(?<FunctionName>[^/]{1,200})';
const at = (rest: string): RegExp => new RegExp(`^/2015-03-31/functions${rest}$`);

export const routes: readonly Route[] = [
  { method: 'GET', path: at('/?'), operation: 'ListFunctions' },
  { method: 'POST', path: at('/?'), operation: 'CreateFunction' },
  { method: 'GET', path: at(`/${NAME}`), operation: 'GetFunction' },
  { method: 'DELETE', path: at(`/${NAME}`), operation: 'DeleteFunction' },
  { method: 'GET', path: at(`/${NAME}/configuration`), operation: 'GetFunctionConfiguration' },
  { method: 'PUT', path: at(`/${NAME}/configuration`), operation: 'UpdateFunctionConfiguration' },
  { method: 'PUT', path: at(`/${NAME}/code`), operation: 'UpdateFunctionCode' },
  { method: 'POST', path: at(`/${NAME}/invocations`), operation: 'Invoke', input: invocation },
];

/** The body is the event itself. */
function invocation({ path, query, headers, body }: RestParts): object {
  return {
    FunctionName: path['FunctionName'],
    ...(query['Qualifier'] === undefined ? {} : { Qualifier: query['Qualifier'] }),
    type: headers['x-amz-invocation-type'] ?? 'RequestResponse',
    log: headers['x-amz-log-type'] ?? 'None',
    payload: body,
  };
}

export const invokeParts = z.object({
  FunctionName: text,
  Qualifier: text.optional(),
  type: z.enum(['RequestResponse', 'Event', 'DryRun']),
  log: z.enum(['None', 'Tail']),
  payload: z.instanceof(Buffer),
});

/** AWS has ended these; the workshop's line still names the last of them. The plane's own Node runs them all. */
const FORMER_RUNTIMES: Readonly<Record<string, string>> = {
  nodejs: 'nodejs0.x',
  'nodejs4.3': 'nodejs4.x',
  'nodejs6.10': 'nodejs6.x',
  'nodejs8.10': 'nodejs8.x',
};
const runtime = text.transform((given) => FORMER_RUNTIMES[given] ?? given);
const environment = z.strictObject({ Variables: z.record(text, text).optional() });
const role = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'must be the ARN of a role');
const sizes = { Timeout: integer(1, 900).optional(), MemorySize: integer(128, 10_240).optional() };
const store = z.never('objects of buckets are not read here: send ZipFile').optional();
const none = z.never('has no local counterpart').optional();
/** Accepted, and without effect: the plane has one network, and no rights. */
const network = z.unknown().optional();

export const createInput = z.strictObject({
  FunctionName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - and _'),
  Runtime: runtime,
  Role: role,
  Handler: z.string().regex(/^[^\s]{1,128}$/, 'must be a handler, FILE.EXPORT'),
  Code: z.strictObject({
    ZipFile: text.min(1, 'the package is missing'),
    S3Bucket: store,
    S3Key: store,
    ImageUri: none,
  }),
  Description: z.string().max(256).optional(),
  ...sizes,
  Environment: environment.optional(),
  Publish: bool.refine((value) => !value, 'versions have no local counterpart').optional(),
  PackageType: z.literal('Zip').optional(),
  Architectures: z.array(z.enum(['x86_64', 'arm64'])).optional(),
  Tags: z.record(text, text).optional(),
  VpcConfig: network,
});

export const codeInput = z.strictObject({
  FunctionName: text,
  Qualifier: text.optional(),
  ZipFile: text.min(1, 'the package is missing'),
  S3Bucket: store,
  S3Key: store,
  ImageUri: none,
  Publish: bool.refine((value) => !value, 'versions have no local counterpart').optional(),
  DryRun: bool.optional(),
  Architectures: z.array(z.enum(['x86_64', 'arm64'])).optional(),
});

export const configurationInput = z.strictObject({
  FunctionName: text,
  Qualifier: text.optional(),
  Runtime: runtime.optional(),
  Role: role.optional(),
  Handler: text.optional(),
  Description: z.string().max(256).optional(),
  ...sizes,
  Environment: environment.optional(),
  VpcConfig: network,
});
