/**
 * Metrics that load balancers and services publish, and the sets of dimensions they publish them with
 * (ELB load-balancer-cloudwatch-metrics, ECS available-metrics). Pure data.
 */

type Sets = readonly (readonly string[])[];

const LOAD_BALANCER: Sets = [['LoadBalancer'], ['AvailabilityZone', 'LoadBalancer']];
const TARGET_GROUP: Sets = [
  ['LoadBalancer', 'TargetGroup'],
  ['AvailabilityZone', 'LoadBalancer', 'TargetGroup'],
];
const EITHER: Sets = [...LOAD_BALANCER, ...TARGET_GROUP];

const OF_LOAD_BALANCER = [
  'ActiveConnectionCount',
  'BYoIPUtilPercentage',
  'ClientTLSNegotiationErrorCount',
  'ConsumedLCUs',
  'DesyncMitigationMode_NonCompliant_Request_Count',
  'DroppedInvalidHeaderRequestCount',
  'ForwardedInvalidHeaderRequestCount',
  'GrpcRequestCount',
  'HTTP_Fixed_Response_Count',
  'HTTP_Redirect_Count',
  'HTTP_Redirect_Url_Limit_Exceeded_Count',
  'HTTPCode_ELB_3XX_Count',
  'HTTPCode_ELB_4XX_Count',
  'HTTPCode_ELB_5XX_Count',
  'HTTPCode_ELB_500_Count',
  'HTTPCode_ELB_502_Count',
  'HTTPCode_ELB_503_Count',
  'HTTPCode_ELB_504_Count',
  'IPv6ProcessedBytes',
  'IPv6RequestCount',
  'LowReputationPacketsDropped',
  'LowReputationRequestsDenied',
  'NewConnectionCount',
  'NonStickyRequestCount',
  'PeakLCUs',
  'ProcessedBytes',
  'RejectedConnectionCount',
  'RuleEvaluations',
  'StandardProcessedBytes',
] as const;

const OF_EITHER = [
  'HTTPCode_Target_2XX_Count',
  'HTTPCode_Target_3XX_Count',
  'HTTPCode_Target_4XX_Count',
  'HTTPCode_Target_5XX_Count',
  'RequestCount',
  'TargetConnectionErrorCount',
  'TargetResponseTime',
  'TargetTLSNegotiationErrorCount',
] as const;

const OF_TARGET_GROUP = [
  'AnomalousHostCount',
  'HealthyHostCount',
  'HealthyStateDNS',
  'HealthyStateRouting',
  'MitigatedHostCount',
  'UnHealthyHostCount',
  'UnhealthyRoutingRequestCount',
  'UnhealthyStateDNS',
  'UnhealthyStateRouting',
  'ZonalHealthStatus',
] as const;

const OF_NETWORK = [
  'ActiveFlowCount',
  'ActiveFlowCount_TCP',
  'ActiveFlowCount_TLS',
  'ActiveFlowCount_UDP',
  'ActiveZonalShiftHostCount',
  'ClientTLSNegotiationErrorCount',
  'ConsumedLCUs',
  'ConsumedLCUs_TCP',
  'ConsumedLCUs_TLS',
  'ConsumedLCUs_UDP',
  'NewFlowCount',
  'NewFlowCount_TCP',
  'NewFlowCount_TLS',
  'NewFlowCount_UDP',
  'PeakBytesPerSecond',
  'PeakPacketsPerSecond',
  'PortAllocationErrorCount',
  'ProcessedBytes',
  'ProcessedBytes_TCP',
  'ProcessedBytes_TLS',
  'ProcessedBytes_UDP',
  'ProcessedPackets',
  'RejectedFlowCount',
  'RejectedFlowCount_TCP',
  'ReservedLCUs',
  'SecurityGroupBlockedFlowCount_Inbound_ICMP',
  'SecurityGroupBlockedFlowCount_Inbound_TCP',
  'SecurityGroupBlockedFlowCount_Inbound_UDP',
  'SecurityGroupBlockedFlowCount_Outbound_ICMP',
  'SecurityGroupBlockedFlowCount_Outbound_TCP',
  'SecurityGroupBlockedFlowCount_Outbound_UDP',
  'TargetTLSNegotiationErrorCount',
  'TCP_Client_Reset_Count',
  'TCP_ELB_Reset_Count',
  'TCP_Target_Reset_Count',
  'UnhealthyRoutingFlowCount',
  'ZonalHealthStatus',
] as const;

const SERVICE: Sets = [['ClusterName', 'ServiceName']];
const CLUSTER: Sets = [['ClusterName'], ...SERVICE];

const all = (names: readonly string[], sets: Sets): [string, Sets][] => names.map((name) => [name, sets]);

/** namespace → metric → sets of dimensions, each sorted. */
export const PUBLISHED: ReadonlyMap<string, ReadonlyMap<string, Sets>> = new Map([
  [
    'AWS/ApplicationELB',
    new Map([
      ...all(OF_LOAD_BALANCER, LOAD_BALANCER),
      ...all(OF_EITHER, EITHER),
      ...all(OF_TARGET_GROUP, TARGET_GROUP),
      ['RequestCountPerTarget', [['TargetGroup'], ['AvailabilityZone', 'TargetGroup'], ...TARGET_GROUP]] as const,
    ]),
  ],
  [
    'AWS/NetworkELB',
    new Map([...all(OF_NETWORK, EITHER), ...all(['HealthyHostCount', 'UnHealthyHostCount'], TARGET_GROUP)]),
  ],
  [
    'AWS/ECS',
    new Map([
      ...all(['CPUUtilization', 'MemoryUtilization', 'EBSFilesystemUtilization'], CLUSTER),
      ...all(['CPUReservation', 'MemoryReservation', 'GPUReservation'], [['ClusterName']]),
      [
        'ActiveConnectionCount',
        [...SERVICE, ['ClusterName', 'DiscoveryName'], ['ClusterName', 'DiscoveryName', 'ServiceName']],
      ] as const,
      ['NewConnectionCount', SERVICE] as const,
      ['ProcessedBytes', SERVICE] as const,
      ['RequestCount', SERVICE] as const,
      [
        'RequestCountPerTarget',
        [['TargetDiscoveryName'], ['ClusterName', 'ServiceName', 'TargetDiscoveryName']],
      ] as const,
      ['TargetResponseTime', [['TargetDiscoveryName'], ['ClusterName', 'ServiceName', 'TargetDiscoveryName']]] as const,
    ]),
  ],
]);

/** Percentages of all there is, never above 100. Utilization is of what is reserved, and may well be above it. */
export const PERCENTAGES: readonly string[] = ['CPUReservation', 'MemoryReservation'];
