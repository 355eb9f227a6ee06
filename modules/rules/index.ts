/** Every house rule, by what it is about. */
import { bucketsPrivate } from './buckets-private.ts';
import { containersLog } from './containers-log.ts';
import { containersReadable } from './containers-readable.ts';
import { containersStopInTime } from './containers-stop-in-time.ts';
import { deploymentsRollBack } from './deployments-roll-back.ts';
import { executionRolesSuffice } from './execution-roles-suffice.ts';
import { healthChecksExplicit } from './health-checks-explicit.ts';
import { iamActionsNamed } from './iam-actions-named.ts';
import { iamManagedPoliciesNarrow } from './iam-managed-policies-narrow.ts';
import { iamPoliciesReadable } from './iam-policies-readable.ts';
import { iamResourcesNamed } from './iam-resources-named.ts';
import { iamTrustNamed } from './iam-trust-named.ts';
import { imageTagsStay } from './image-tags-stay.ts';
import { imagesExpire } from './images-expire.ts';
import { imagesScanned } from './images-scanned.ts';
import { instancesGuardCredentials } from './instances-guard-credentials.ts';
import { loadBalancersDropInvalidHeaders } from './load-balancers-drop-invalid-headers.ts';
import { logGroupsExpire } from './log-groups-expire.ts';
import { noPlainSecrets } from './no-plain-secrets.ts';
import { parametersEncrypted } from './parameters-encrypted.ts';
import { portsClosed } from './ports-closed.ts';
import { prioritiesDiffer } from './priorities-differ.ts';
import { resourcePoliciesClosed } from './resource-policies-closed.ts';
import { rolesTrustTheirUsers } from './roles-trust-their-users.ts';
import type { HouseRule } from './rule.ts';
import { scaledCountsLeftAlone } from './scaled-counts-left-alone.ts';
import { subscriptionsKeepUndelivered } from './subscriptions-keep-undelivered.ts';
import { tablesRecoverable } from './tables-recoverable.ts';
import { targetGroupsDrain } from './target-groups-drain.ts';
import { targetsReached } from './targets-reached.ts';
import { volumesEncrypted } from './volumes-encrypted.ts';

export const HOUSE_RULES: readonly HouseRule[] = [
  iamActionsNamed,
  iamResourcesNamed,
  iamTrustNamed,
  iamManagedPoliciesNarrow,
  iamPoliciesReadable,
  resourcePoliciesClosed,
  rolesTrustTheirUsers,
  executionRolesSuffice,
  noPlainSecrets,
  parametersEncrypted,
  portsClosed,
  instancesGuardCredentials,
  volumesEncrypted,
  bucketsPrivate,
  logGroupsExpire,
  containersReadable,
  containersLog,
  containersStopInTime,
  targetsReached,
  prioritiesDiffer,
  targetGroupsDrain,
  healthChecksExplicit,
  loadBalancersDropInvalidHeaders,
  deploymentsRollBack,
  scaledCountsLeftAlone,
  imagesScanned,
  imagesExpire,
  imageTagsStay,
  subscriptionsKeepUndelivered,
  tablesRecoverable,
];
