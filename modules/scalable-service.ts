import type { ITerraformDependable } from './cdktf.ts';

/** What ServiceAutoscaling must know of the service that it scales; every service construct has it as `scalable`. */
export interface ScalableService {
  /** The service's name as a reference, so that the service, steady, comes first. */
  readonly name: string;
  readonly controller: 'ECS' | 'CODE_DEPLOY';
  /** Terraform leaves its desired count alone. */
  readonly autoscaled: boolean;
  /** Tasks at the start. */
  readonly desiredCount: number;
  /** What a task reserves, and CPU utilization is a percentage of; 0 where it reserves nothing. */
  readonly cpuUnits: number;
  /** What else must be there before anything scales it. */
  readonly after: readonly ITerraformDependable[];
}
