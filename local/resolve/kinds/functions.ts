/** Lambda functions packaged as zip files (Lambda CreateFunction). */
import { FUNCTION } from '../../read/schemas/aws-lambda.ts';
import type { LambdaFunction } from '../../topology.ts';
import { type FoundFile, findFile } from '../files.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, textOf } from '../names.ts';

/** Direct upload, and unpacked from S3 (Lambda gettingstarted-limits). */
const MAX_UPLOAD_BYTES = 50 * 2 ** 20;
const MAX_STORED_BYTES = 250 * 2 ** 20;
const MAX_ENVIRONMENT_BYTES = 4096;
/** Set by the runtime (Lambda configuration-envvars). */
const RESERVED = new Set(
  '_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR'.split(
    ' ',
  ),
);
/** A zip file begins with a local file header, or the end record of an empty one. */
const ZIP = /^504b(0304|0506)/;

const lambda = acting(
  FUNCTION,
  'functions',
  (names, _block, attribute) => {
    const name = textOf(attribute('function_name'));
    const arn = arnOf(names, 'lambda', `function:${name}`);
    const path = `2015-03-31/functions/${arn}/invocations`;
    return {
      id: name,
      arn,
      qualified_arn: `${arn}:$LATEST`,
      invoke_arn: `arn:${names.partition}:apigateway:${names.region}:lambda:path/${path}`,
      version: '$LATEST',
      source_code_hash: attribute('source_code_hash') ?? '',
      last_modified: '',
    };
  },
  buildFunction,
  ['packageFile'],
);

type Context = BuildContext<typeof FUNCTION.fields>;

function buildFunction(context: Context): LambdaFunction {
  const { base, values: v, computed, report } = context;
  // An image has been refused already, and has neither.
  const isImage = ['image_uri', 'package_type'].some(
    (name) => base.attributes[name] && base.attributes[name] !== 'Zip',
  );
  if (!isImage && v.runtime === null) report.missing('runtime', 'a function packaged as a zip file has a runtime');
  if (!isImage && v.handler === null) report.missing('handler', 'a function packaged as a zip file has a handler');
  const found = isImage ? null : packageOf(context);
  if (found && !ZIP.test(found.bytes.toString('hex', 0, 4)))
    report.bad(v.filename ? 'filename' : 's3_key', v.filename ?? v.s3_key, 'it is not a zip file', 'a zip file');
  return {
    ...base,
    arn: computed('arn'),
    name: v.function_name,
    handler: v.handler ?? '',
    runtime: v.runtime ?? '',
    timeoutSeconds: v.timeout,
    memoryMiB: v.memory_size,
    environment: environmentOf(context),
    roleArn: v.role,
    packageFile: found?.file ?? '',
    packageDigest: found?.digest ?? '',
    logGroupName: v.logging_config?.log_group ?? `/aws/lambda/${v.function_name}`,
  };
}

/** A file beside the stack, or the file behind an object of these stacks. */
function packageOf({ values: v, report, file, all }: Context): FoundFile | null {
  const inStore = v.s3_bucket !== null || v.s3_key !== null;
  if (v.filename !== null && inStore)
    report.bad('filename', v.filename, 'it does not go with s3_bucket and s3_key', 'one of the two');
  if (v.filename !== null) return file('filename', v.filename, MAX_UPLOAD_BYTES);
  if (!inStore) {
    report.missing('filename', 'the package: filename, or s3_bucket and s3_key');
    return null;
  }
  const stored = all('aws_s3_object', 'aws_s3_bucket_object').find(
    ({ json }) => json['bucket'] === v.s3_bucket && json['key'] === v.s3_key,
  );
  const source = stored?.json['source'];
  if (stored && typeof source === 'string') {
    const found = findFile(stored.folder, source, MAX_STORED_BYTES);
    // The object says itself why its file cannot be read.
    return typeof found === 'string' ? null : found;
  }
  report.problem(stored ? 'UNSUPPORTED_ATTRIBUTE' : 'DANGLING_REFERENCE', 's3_key', {
    message: stored ? `the object ${stored.address} has no source file` : 'there is no such object',
    value: { s3_bucket: v.s3_bucket, s3_key: v.s3_key },
    rule: 'the bucket and key of an aws_s3_object of these stacks that has a source',
    fix: 'upload the package with an aws_s3_object, or give its filename',
  });
  return null;
}

function environmentOf({ values, report }: Context): Readonly<Record<string, string>> {
  const variables = values.environment?.variables ?? {};
  const path = 'environment.variables';
  for (const name of Object.keys(variables)) {
    if (RESERVED.has(name))
      report.bad(path, name, `${name} is set by the runtime`, 'no reserved variable (Lambda configuration-envvars)');
    else if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name))
      report.bad(path, name, 'the name is not allowed', 'a letter, then letters, digits and underscores, at least two');
  }
  const size = Buffer.byteLength(JSON.stringify(variables));
  if (size > MAX_ENVIRONMENT_BYTES)
    report.problem('QUOTA_EXCEEDED', path, {
      message: `the variables have ${size} bytes in all`,
      value: size,
      rule: `at most ${MAX_ENVIRONMENT_BYTES} bytes (Lambda gettingstarted-limits)`,
      fix: 'keep the larger ones in parameters',
    });
  return variables;
}

export const FUNCTION_KINDS = [lambda];
