/**
 * What the harness needs of a plane. Types only: the CLI implements it over a plane of its own process or over the
 * control endpoint of a detached one.
 */
import type { PlaneEvent } from '../../local/run/events.ts';
import type { DeliveryReport } from '../../local/run/topics/delivery-log.ts';
import type { Status } from '../../local/status.ts';

export type { DeliveryReport };

export interface PlaneClient {
  status(): Promise<Status>;
  /**
   * Every event with id > `sinceId`, oldest first, then each new one as it happens, until `signal` aborts (then it
   * returns; it does not throw). Prompt delivery matters: the load's mix is switched on these.
   */
  events(sinceId: number, signal: AbortSignal): AsyncIterable<PlaneEvent>;
  /**
   * Applies a cdktf output folder to the running plane, as `terraform apply` would, and resolves when Terraform's own
   * waits have ended. A service that does not become steady is told in `failures`; it does not throw.
   * @throws CutoverError where the JSON is refused before anything changes
   */
  apply(synthDir: string, signal: AbortSignal): Promise<ApplyResult>;
  /** The key pair that the plane's SNS signs with, so that orders sent straight to the load balancer verify. */
  signing(): Promise<SigningIdentity>;
  /** What became of every message that the plane's SNS took. */
  deliveries(): Promise<DeliveryReport>;
  /** Rules that this plane models by approximation, and attributes without local effect. */
  fidelity(): Promise<readonly { readonly subject: string; readonly kind: string; readonly reason: string }[]>;
  /** SIGKILL to the processes of these tasks. */
  killTasks(pids: readonly number[]): Promise<void>;
  /** EC2's TerminateInstances: at once, with everything on it. */
  killInstance(instanceId: string): Promise<void>;
  /** Stops everything. Idempotent. */
  down(): Promise<void>;
}

export interface ApplyResult {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  /** Resources whose wait ended badly, e.g. a service whose deployment was rolled back. */
  readonly failures: readonly { readonly address: string; readonly message: string }[];
}

export interface SigningIdentity {
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  readonly signingCertUrl: string;
}
