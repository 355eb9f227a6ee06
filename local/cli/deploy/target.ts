/** Where a deployment goes: the running plane, an endpoint, or AWS; and its clients. */
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { CutoverError } from '../../errors.ts';
import { readLiving } from '../../run/control/state-file.ts';
import { PlaneClient } from '../plane-client.ts';

export interface TargetFlags {
  readonly endpoint?: string;
  readonly aws?: boolean;
  readonly region?: string;
  /** State folder of the plane that is meant where neither an endpoint nor AWS is. */
  readonly stateDir: string;
}

export interface DeployTarget {
  readonly ecs: ECSClient;
  readonly codedeploy: CodeDeployClient;
  readonly ssm: SSMClient;
  /** Of another region where the image is there. Null where there is no registry to ask. */
  readonly ecr: ((region: string) => ECRClient) | null;
  /** The plane itself, where it is known to be one of this checkout. */
  readonly plane: Pick<PlaneClient, 'prepareImage'> | null;
  /** For people: `the plane at http://…` or `AWS`. */
  readonly name: string;
  /** How often the state is asked for while watching. */
  readonly pollMs: number;
}

const PLANE_POLL_MS = 300;
/** CodeDeploy and ECS throttle; their consoles ask as often. */
const AWS_POLL_MS = 5_000;
const DEFAULT_REGION = 'us-east-1';

/** @throws CutoverError PLANE_NOT_RUNNING | BAD_FLAG */
export async function deployTarget(flags: TargetFlags): Promise<DeployTarget> {
  if (flags.aws && flags.endpoint !== undefined)
    throw new CutoverError({
      code: 'BAD_FLAG',
      address: '--aws',
      message: '--aws and --endpoint exclude each other',
      fix: 'give one of them, or neither for the running plane',
    });
  if (flags.aws) {
    const config = { ...(flags.region ? { region: flags.region } : {}), maxAttempts: 5 };
    const ecr = (region: string): ECRClient => new ECRClient({ ...config, region });
    return { ...clients(config), ecr, plane: null, name: 'AWS', pollMs: AWS_POLL_MS };
  }
  const plane = await planeOf(flags);
  const named = flags.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const endpoint = flags.endpoint ?? plane?.record.endpoint ?? '';
  const config = {
    endpoint,
    region: named ?? (await plane?.status())?.region ?? DEFAULT_REGION,
    // The plane checks no signature; another endpoint may.
    ...(isLoopback(endpoint) ? { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } } : {}),
  };
  const name = `${plane ? 'the plane' : 'the endpoint'} at ${endpoint}`;
  const pollMs = isLoopback(endpoint) ? PLANE_POLL_MS : AWS_POLL_MS;
  return { ...clients(config), ecr: null, plane, name, pollMs };
}

/** The running plane; with an endpoint only where that is the plane's. */
async function planeOf({ endpoint, stateDir }: TargetFlags): Promise<PlaneClient | null> {
  if (endpoint === undefined) {
    return PlaneClient.connect(stateDir).catch((error) => {
      if (!(error instanceof CutoverError) || error.code !== 'PLANE_NOT_RUNNING') throw error;
      const [problem] = error.problems;
      throw new CutoverError({
        ...problem,
        code: 'PLANE_NOT_RUNNING',
        message: problem?.message ?? error.message,
        fix: 'start one with ./cutover up; or name another target: --endpoint URL, or --aws',
      });
    });
  }
  const record = await readLiving(stateDir);
  const same = record !== null && URL.parse(record.endpoint)?.origin === URL.parse(endpoint)?.origin;
  return same ? new PlaneClient(record) : null;
}

function clients(config: ConstructorParameters<typeof ECSClient>[0] & object) {
  return {
    ecs: new ECSClient(config),
    codedeploy: new CodeDeployClient(config as ConstructorParameters<typeof CodeDeployClient>[0] & object),
    ssm: new SSMClient(config as ConstructorParameters<typeof SSMClient>[0] & object),
  };
}

function isLoopback(endpoint: string): boolean {
  const host = URL.parse(endpoint)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host);
}
