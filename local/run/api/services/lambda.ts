/** AWS Lambda over REST JSON: functions of the stacks and of the endpoint, and their invocations (Lambda API reference). */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LambdaFunction } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { RestAnswer } from '../protocols/rest.ts';
import { integer, text } from '../schema.ts';
import { madeBase } from './codedeploy-lookup.ts';
import { codeInput, configurationInput, createInput, invokeParts, routes } from './lambda-input.ts';

/** Of a synchronous and of an asynchronous invocation (Lambda gettingstarted-limits). */
const MAX_PAYLOAD_BYTES = { RequestResponse: 6 * 2 ** 20, Event: 256 * 2 ** 10, DryRun: 6 * 2 ** 20 };

const named = z.object({ FunctionName: text, Qualifier: text.optional() });

export const lambda: ServiceTable = {
  name: 'lambda',
  validationError: 'InvalidParameterValueException',
  routes,
  operations: {
    ListFunctions: operation(
      z.object({ Marker: text.optional(), MaxItems: integer(1, 10_000).optional() }),
      ({ Marker, MaxItems = 50 }, call) => {
        const options = { token: Marker, max: MaxItems, errorCode: 'InvalidParameterValueException' };
        const page = paginate(call.functions.functions(), ({ name }) => name, options);
        return { Functions: page.items.map((one) => configurationShape(one, call)), NextMarker: page.next };
      },
    ),
    GetFunction: operation(named, (input, call) => {
      const found = needFunction(call, input);
      return {
        Configuration: configurationShape(found, call),
        Code: { RepositoryType: 'S3', Location: `file://${found.packageFile}` },
        Tags: found.tags,
      };
    }),
    GetFunctionConfiguration: operation(named, (input, call) => configurationShape(needFunction(call, input), call)),
    Invoke: operation(invokeParts, invoke),
    CreateFunction: operation(createInput, createFunction),
    UpdateFunctionCode: operation(codeInput, async ({ ZipFile, DryRun, ...input }, call) => {
      const current = needFunction(call, input);
      const changed = { ...current, ...(await storePackage(current.name, ZipFile, call)) };
      if (!DryRun) await put(changed, current, call);
      return configurationShape(changed, call);
    }),
    UpdateFunctionConfiguration: operation(configurationInput, async (input, call) => {
      const current = needFunction(call, input);
      const changed: LambdaFunction = {
        ...current,
        digest: call.random.hex(64),
        handler: input.Handler ?? current.handler,
        runtime: input.Runtime ?? current.runtime,
        timeoutSeconds: input.Timeout ?? current.timeoutSeconds,
        memoryMiB: input.MemorySize ?? current.memoryMiB,
        roleArn: input.Role ?? current.roleArn,
        environment: input.Environment?.Variables ?? current.environment,
      };
      await put(changed, current, call);
      return configurationShape(changed, call);
    }),
    DeleteFunction: operation(named, async (input, call) => {
      const found = needFunction(call, input);
      await call.handlers.functions.remove(found, call.signal);
      call.made.createdAtMs.delete(`function/${found.name}`);
      return new RestAnswer(204);
    }),
  },
};

async function createFunction(input: z.output<typeof createInput>, call: Call): Promise<RestAnswer> {
  const { FunctionName: name } = input;
  if (call.functions.functions().some((one) => one.name === name))
    throw new ApiError('ResourceConflictException', `Function already exist: ${name}`, 409);
  const made: LambdaFunction = {
    ...madeBase(call, 'aws_lambda_function', name, input.Tags ?? {}),
    arn: arnAt(call, 'lambda', `function:${name}`),
    name,
    handler: input.Handler,
    runtime: input.Runtime,
    timeoutSeconds: input.Timeout ?? 3,
    memoryMiB: input.MemorySize ?? 128,
    environment: input.Environment?.Variables ?? {},
    roleArn: input.Role,
    ...(await storePackage(name, input.Code.ZipFile, call)),
    logGroupName: `/aws/lambda/${name}`,
  };
  await put(made, null, call);
  const body = JSON.stringify(configurationShape(made, call));
  return new RestAnswer(201, body);
}

async function put(next: LambdaFunction, previous: LambdaFunction | null, call: Call): Promise<void> {
  await call.handlers.functions.put(next, previous, call.signal);
  call.made.createdAtMs.set(`function/${next.name}`, call.clock.now());
}

/** Kept as long as the plane's state: the runner unpacks it when the function is put, and again after a restart. */
async function storePackage(
  name: string,
  zipFile: string,
  call: Call,
): Promise<Pick<LambdaFunction, 'packageFile' | 'packageDigest' | 'digest'>> {
  const bytes = Buffer.from(zipFile, 'base64');
  if (bytes.length === 0) throw new ApiError('InvalidParameterValueException', 'ZipFile is empty or not base64');
  const packageDigest = createHash('sha256').update(bytes).digest('hex');
  const packageFile = join(call.packageDir, 'uploads', `${name}-${packageDigest}.zip`);
  await mkdir(join(call.packageDir, 'uploads'), { recursive: true, mode: 0o700 });
  await writeFile(packageFile, bytes, { mode: 0o600 });
  return { packageFile, packageDigest, digest: call.random.hex(64) };
}

async function invoke(input: z.output<typeof invokeParts>, call: Call): Promise<RestAnswer> {
  const found = needFunction(call, input);
  const { type, payload } = input;
  if (payload.length > MAX_PAYLOAD_BYTES[type])
    throw new ApiError(
      'RequestTooLargeException',
      `${payload.length} byte payload is too large for the ${type} invocation type (limit ${MAX_PAYLOAD_BYTES[type]} bytes)`,
      413,
    );
  const event = eventOf(payload);
  if (type === 'DryRun') return new RestAnswer(204);
  const running = call.functions.invoke(found.name, event);
  if (type === 'Event') return new RestAnswer(202);
  const result = await running;
  const headers: Record<string, string> = { 'x-amz-executed-version': '$LATEST' };
  if (result.error !== null) headers['x-amz-function-error'] = 'Unhandled';
  if (input.log === 'Tail') headers['x-amz-log-result'] = Buffer.from(result.logTail).toString('base64');
  return new RestAnswer(200, JSON.stringify(result.payload ?? null), headers);
}

function eventOf(payload: Buffer): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw new ApiError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
}

/** By name, ARN or partial ARN; only `$LATEST` exists here. @throws ApiError ResourceNotFoundException */
function needFunction(
  call: Call,
  { FunctionName: wanted, Qualifier }: { FunctionName: string; Qualifier?: string | undefined },
): LambdaFunction {
  const [, name = '', version] = /(?:^|:function:|^\d{12}:function:)([A-Za-z0-9_-]+)(?::([^:]+))?$/.exec(wanted) ?? [];
  const qualifier = Qualifier ?? version ?? '$LATEST';
  const found = call.functions.functions().find((one) => one.name === name);
  if (found && qualifier === '$LATEST') return found;
  const arn = arnAt(call, 'lambda', `function:${name || wanted}`);
  throw new ApiError(
    'ResourceNotFoundException',
    `Function not found: ${arn}${qualifier === '$LATEST' ? '' : `:${qualifier}`}`,
    404,
  );
}

function configurationShape(one: LambdaFunction, call: Call): object {
  const changedMs = call.made.createdAtMs.get(`function/${one.name}`) ?? call.clock.now();
  return {
    FunctionName: one.name,
    FunctionArn: one.arn,
    Runtime: one.runtime,
    Role: one.roleArn,
    Handler: one.handler,
    Timeout: one.timeoutSeconds,
    MemorySize: one.memoryMiB,
    LastModified: new Date(Math.floor(changedMs)).toISOString().replace('Z', '+0000'),
    CodeSha256: Buffer.from(one.packageDigest, 'hex').toString('base64'),
    Version: '$LATEST',
    Environment: Object.keys(one.environment).length > 0 ? { Variables: one.environment } : undefined,
    TracingConfig: { Mode: 'PassThrough' },
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    LoggingConfig: { LogFormat: 'Text', LogGroup: one.logGroupName },
  };
}
