/** Region and account of what runs here, and the ARNs that follow from them. */
import { partitionOf } from '../resolve/names.ts';

/**
 * One plane is one region and one account: those of the stacks' JSON. Another apply may bring others, so both are read
 * where they are used and never kept.
 */
export interface Place {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** Before there are stacks: Terraform's usual region, and the account of emulators. */
export const DEFAULT_PLACE: Place = { region: 'us-east-1', accountId: '000000000000' };

/** @param rest what follows the account, e.g. `cluster/shop` */
export const arnAt = ({ region, accountId }: Place, service: string, rest: string): string =>
  `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${rest}`;

/** Of a global service, whose ARNs name no region. */
export const globalArnAt = ({ region, accountId }: Place, service: string, rest: string): string =>
  `arn:${partitionOf(region)}:${service}::${accountId}:${rest}`;
