/** The plan of a run: what k6 gets, and what the harness makes orders from. */
import type { Status } from '../../local/status.ts';
import type { Profile } from '../profiles.ts';
import type { LoadPlan } from '../scenarios/lib/options.ts';
import type { ScenarioName } from '../verdict/record.ts';
import type { OrderMakerOptions } from './order-maker.ts';
import type { PlaneClient } from './plane-client.ts';

/** In the envelope of an order whose path no topic delivers to. */
export const LOAD_TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:cutover-load';

/** k6 gets all but the key and what else only orders are made of. */
export type RunPlan = Omit<LoadPlan, 'summaryFile' | 'controlUrl' | 'signed'> & OrderMakerOptions;

export interface PlanInput {
  readonly plane: PlaneClient;
  readonly status: Status;
  readonly scenario: ScenarioName;
  readonly profile: Profile;
  readonly unsigned?: boolean;
  readonly runId: string;
  readonly baseUrl: string;
  /** Default: the profile's longest run. */
  readonly seconds?: number;
}

export async function planFor(input: PlanInput): Promise<RunPlan> {
  const { plane, status, scenario, profile, unsigned, runId, baseUrl } = input;
  const identity = scenario === 'publish' || scenario === 'forum' || unsigned ? null : await plane.signing();
  return {
    profile,
    seconds: input.seconds ?? profile.maxSeconds,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    anyCertificate: true,
    runId,
    signing: identity && { privateKeyPem: identity.privateKeyPem, certUrl: identity.signingCertUrl },
    topicArn: LOAD_TOPIC_ARN,
    aws:
      scenario === 'publish'
        ? {
            endpoint: status.endpoints.aws,
            region: status.region,
            // The plane takes any credentials; these are what its tasks get too.
            accessKeyId: 'test',
            secretAccessKey: 'test',
            sessionToken: null,
          }
        : null,
  };
}
