/** Every rule, in one list. A rule that is not here is asked by nobody. */
import type { Rule } from '../contracts.ts';
import { groupUnattached } from './balancing/group-unattached.ts';
import { groupWithoutTargets } from './balancing/group-without-targets.ts';
import { healthCheckMatcher } from './balancing/health-check-matcher.ts';
import { healthCheckPath } from './balancing/health-check-path.ts';
import { healthCheckPort } from './balancing/health-check-port.ts';
import { ruleShadowed } from './balancing/rule-shadowed.ts';
import { alarmMissing } from './blue-green/alarm-missing.ts';
import { alarmNeverFires } from './blue-green/alarm-never-fires.ts';
import { alarmWithoutRollback } from './blue-green/alarm-without-rollback.ts';
import { alarmsOnOneSide } from './blue-green/alarms-on-one-side.ts';
import { listenerReverted } from './blue-green/listener-reverted.ts';
import { noAlarms } from './blue-green/no-alarms.ts';
import { noTerminationWait } from './blue-green/no-termination-wait.ts';
import { serviceReverted } from './blue-green/service-reverted.ts';
import { serviceUndeployed } from './blue-green/service-undeployed.ts';
import { blueGreenRoom } from './capacity/blue-green-room.ts';
import { desiredCountFits } from './capacity/desired-count-fits.ts';
import { rollingRoom } from './capacity/rolling-room.ts';
import { deadLetterClosed } from './delivery/dead-letter-closed.ts';
import { deadLetterMissing } from './delivery/dead-letter-missing.ts';
import { deliveryPolicy } from './delivery/delivery-policy.ts';
import { subscriptionUnrouted } from './delivery/subscription-unrouted.ts';
import { balancerZones } from './deployments/balancer-zones.ts';
import { circuitBreakerOff } from './deployments/circuit-breaker-off.ts';
import { circuitBreakerUnused } from './deployments/circuit-breaker-unused.ts';
import { deploymentPercentages } from './deployments/deployment-percentages.ts';
import { deregistrationDelay } from './deployments/deregistration-delay.ts';
import { desiredZero } from './deployments/desired-zero.ts';
import { gracePeriod } from './deployments/grace-period.ts';
import { keepAlive } from './deployments/keep-alive.ts';
import { serviceAlarmMissing } from './deployments/service-alarm-missing.ts';
import { singleZone } from './deployments/single-zone.ts';
import { stopTimeout } from './deployments/stop-timeout.ts';
import { ephemeralRange } from './network/ephemeral-range.ts';
import { fixedPort } from './network/fixed-port.ts';
import { listenerPort } from './network/listener-port.ts';
import { taskPort } from './network/task-port.ts';
import { executionRole } from './operations/execution-role.ts';
import { imageTag } from './operations/image-tag.ts';
import { logGroupMissing } from './operations/log-group-missing.ts';
import { logRetention } from './operations/log-retention.ts';
import { noLogs } from './operations/no-logs.ts';
import { roleUntrusted } from './operations/role-untrusted.ts';
import { alarmsPerDeploymentGroup } from './quotas/alarms-per-deployment-group.ts';
import { awsvpcInterfaces } from './quotas/awsvpc-interfaces.ts';
import { containersPerDefinition } from './quotas/containers-per-definition.ts';
import { fargateSize } from './quotas/fargate-size.ts';
import { groupsPerAction } from './quotas/groups-per-action.ts';
import { groupsPerService } from './quotas/groups-per-service.ts';
import { instancesPerCluster } from './quotas/instances-per-cluster.ts';
import { listenersPerBalancer } from './quotas/listeners-per-balancer.ts';
import { nameLength } from './quotas/name-length.ts';
import { rulesPerBalancer } from './quotas/rules-per-balancer.ts';
import { rulesPerSecurityGroup } from './quotas/rules-per-security-group.ts';
import { securityGroupsPerInterface } from './quotas/security-groups-per-interface.ts';
import { servicesPerCluster } from './quotas/services-per-cluster.ts';
import { targetsPerGroup } from './quotas/targets-per-group.ts';
import { targetsPerNetworkBalancer } from './quotas/targets-per-network-balancer.ts';
import { tasksPerService } from './quotas/tasks-per-service.ts';
import { valuesPerRule } from './quotas/values-per-rule.ts';
import { wildcardsPerRule } from './quotas/wildcards-per-rule.ts';
import { capacityBounds } from './scaling/capacity-bounds.ts';
import { countReverted } from './scaling/count-reverted.ts';
import { metricAbsent } from './scaling/metric-absent.ts';
import { policyUncalled } from './scaling/policy-uncalled.ts';
import { requestsUnderBlueGreen } from './scaling/requests-under-blue-green.ts';
import { targetWithoutPolicy } from './scaling/target-without-policy.ts';
import { parameterInClear } from './secrets/parameter-in-clear.ts';
import { secretInEnvironment } from './secrets/secret-in-environment.ts';
import { secretLiteral } from './secrets/secret-literal.ts';
import { secretMissing } from './secrets/secret-missing.ts';

export const RULES: readonly Rule[] = [
  groupUnattached,
  groupWithoutTargets,
  healthCheckMatcher,
  healthCheckPath,
  healthCheckPort,
  ruleShadowed,
  alarmMissing,
  alarmNeverFires,
  alarmWithoutRollback,
  alarmsOnOneSide,
  listenerReverted,
  noAlarms,
  noTerminationWait,
  serviceReverted,
  serviceUndeployed,
  blueGreenRoom,
  desiredCountFits,
  rollingRoom,
  deadLetterClosed,
  deadLetterMissing,
  deliveryPolicy,
  subscriptionUnrouted,
  balancerZones,
  circuitBreakerOff,
  circuitBreakerUnused,
  deploymentPercentages,
  deregistrationDelay,
  desiredZero,
  gracePeriod,
  keepAlive,
  serviceAlarmMissing,
  singleZone,
  stopTimeout,
  ephemeralRange,
  fixedPort,
  listenerPort,
  taskPort,
  executionRole,
  imageTag,
  logGroupMissing,
  logRetention,
  noLogs,
  roleUntrusted,
  alarmsPerDeploymentGroup,
  awsvpcInterfaces,
  containersPerDefinition,
  fargateSize,
  groupsPerAction,
  groupsPerService,
  instancesPerCluster,
  listenersPerBalancer,
  nameLength,
  rulesPerBalancer,
  rulesPerSecurityGroup,
  securityGroupsPerInterface,
  servicesPerCluster,
  targetsPerGroup,
  targetsPerNetworkBalancer,
  tasksPerService,
  valuesPerRule,
  wildcardsPerRule,
  capacityBounds,
  countReverted,
  metricAbsent,
  policyUncalled,
  requestsUnderBlueGreen,
  targetWithoutPolicy,
  parameterInClear,
  secretInEnvironment,
  secretLiteral,
  secretMissing,
];
