/**
 * How long a request takes at a task: M/M/c, the queue of c servers with random arrivals and service times (Erlang C;
 * Kleinrock, Queueing Systems, volume 1, 1975, chapter 3). Pure. Real services vary less than exponentially, so real
 * waits below saturation are shorter: the model errs on the careful side.
 */

/** Share of requests that have to wait. @param offered load in Erlang, λ ÷ μ, below `servers` */
export function erlangC(servers: number, offered: number): number {
  if (offered <= 0) return 0;
  if (offered >= servers) return 1;
  // Erlang B by recursion, then C from B: stable for many servers.
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  const utilisation = offered / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

export interface Latency {
  readonly meanSeconds: number;
  readonly p95Seconds: number;
}

/** @param utilisation λ ÷ (c × μ), below 1 */
export function latencyOf(servers: number, serviceSeconds: number, utilisation: number): Latency {
  const waits = erlangC(servers, utilisation * servers);
  const service = 1 / serviceSeconds;
  const drain = servers * service * (1 - utilisation);
  return { meanSeconds: serviceSeconds + waits / drain, p95Seconds: quantile({ waits, service, drain }, 0.05) };
}

/** The time that a share `tail` of requests exceeds: service time plus, for those that wait, an exponential wait. */
function quantile({ waits, service, drain }: { waits: number; service: number; drain: number }, tail: number): number {
  const exceeding = (t: number): number => {
    const alone = Math.exp(-service * t);
    const both =
      Math.abs(drain - service) < 1e-9 * service
        ? (1 + service * t) * alone
        : (drain * alone - service * Math.exp(-drain * t)) / (drain - service);
    return (1 - waits) * alone + waits * both;
  };
  let low = 0;
  let high = 1 / service;
  while (exceeding(high) > tail) high *= 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (exceeding(middle) > tail) low = middle;
    else high = middle;
  }
  return high;
}
