/** What a function's process finds in its environment (lambda configuration-envvars). Pure. */
import type { LambdaFunction } from '../../topology.ts';

export interface EnvironmentInput {
  readonly definition: LambdaFunction;
  readonly logStreamName: string;
  /** Folder of the unpacked package. */
  readonly taskRoot: string;
  readonly runtimeDir: string;
  /** A folder of this invocation alone, for what it writes. */
  readonly tempDir: string;
  readonly path: string;
  readonly region: string;
  readonly awsEndpoint: string;
  /** Load balancer names → addresses of this machine. */
  readonly localise: (text: string) => string;
}

/** The function's own variables, localised; the reserved ones go before them, as Lambda refuses to let them be set. */
export function environmentOf(input: EnvironmentInput): Record<string, string> {
  const { definition, region } = input;
  const own = Object.entries(definition.environment).map(([name, value]) => [name, input.localise(value)]);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...Object.fromEntries(own),
    PATH: input.path,
    TMPDIR: input.tempDir,
    _HANDLER: definition.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMiB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: input.logStreamName,
    LAMBDA_TASK_ROOT: input.taskRoot,
    LAMBDA_RUNTIME_DIR: input.runtimeDir,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    AWS_ENDPOINT_URL: input.awsEndpoint,
  };
}

/** The share of the memory that Node's heap may have: buffers, code and Node itself need the rest. */
const HEAP_SHARE = 0.9;

/** Node's own options for a function of this size. */
export const nodeOptionsOf = (memoryMiB: number): readonly string[] => [
  `--max-old-space-size=${Math.floor(memoryMiB * HEAP_SHARE)}`,
  '--disable-warning=ExperimentalWarning',
];
