/** Outer bounds of what a load may ask for: guards against a typo aimed at a real load balancer. */
export const LIMITS = {
  /** Orders per second. */
  maxRatePerSecond: 5_000,
  /** One hour. */
  maxDurationSeconds: 3_600,
  /** Orders in one run: each is kept in memory for the ledger. */
  maxOrders: 2_000_000,
  maxVirtualUsers: 2_000,
  /** Request time-outs, seconds. */
  minTimeoutSeconds: 1,
  maxTimeoutSeconds: 120,
} as const;
