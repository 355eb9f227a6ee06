/** What the endpoint itself remembers: things that AWS keeps and no controller of the plane needs. */
import type { Arn, Cluster } from '../../topology.ts';

export interface RegisteredRevision {
  readonly content: string;
  readonly sha256: string;
  readonly description: string;
  readonly registeredAtMs: number;
}

export interface Made {
  /** Clusters of CreateCluster, by ARN. */
  readonly clusters: Map<Arn, Cluster>;
  /** Task definitions that were deregistered, with when (control time): INACTIVE, but what runs of them runs on. */
  readonly deregistered: Map<Arn, number>;
  /** When a resource was made through the endpoint (control time), by `<kind>/<name>`. */
  readonly createdAtMs: Map<string, number>;
  /** Application revisions of RegisterApplicationRevision, by application. */
  readonly revisions: Map<string, readonly RegisteredRevision[]>;
}

export function createMade(): Made {
  return { clusters: new Map(), deregistered: new Map(), createdAtMs: new Map(), revisions: new Map() };
}
