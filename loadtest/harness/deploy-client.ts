/**
 * What the harness needs of whoever deploys blue/green, and of what may go wrong with a deployment. Types only: the
 * command line implements it with the AWS SDK against the plane's endpoint.
 */
import type { AwsAccess } from './sources.ts';

export interface DeployRequest {
  /** ECS service, e.g. `threads`. */
  readonly service: string;
  readonly tag: string;
  /** Deployment configuration; default: the group's. */
  readonly config?: string;
  /** Lifecycle event → function, instead of the AppSpec's own. */
  readonly hooks?: Readonly<Record<string, string>>;
}

export interface BegunDeployment {
  readonly deploymentId: string;
  readonly application: string;
  readonly group: string;
  readonly config: string;
  /** Control minutes that blue is kept after success; null where it is kept for good. */
  readonly blueWaitMinutes: number | null;
  /** Names of the group's alarms; empty where it looks at none. */
  readonly alarms: readonly string[];
}

export interface DeployClient {
  /** New revision, AppSpec, CreateDeployment. @throws the SDK's error where AWS refuses it */
  begin(request: DeployRequest): Promise<BegunDeployment>;
  /** StopDeployment with roll-back. */
  stop(deploymentId: string): Promise<void>;
  /** SetAlarmState to ALARM. */
  fireAlarm(name: string): Promise<void>;
  close(): void;
}

export type DeployClientFactory = (access: AwsAccess) => DeployClient;
