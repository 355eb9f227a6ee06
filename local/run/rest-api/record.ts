/** Metrics and the access log of each request (API Gateway api-gateway-metrics-and-dimensions, set-up-logging). */
import type { Clock } from '../clock.ts';
import type { LogStore, MetricStore } from '../contracts.ts';
import { hasDetailedMetrics } from './decide-admission.ts';
import { contextValue, type Ended, type Facts } from './facts.ts';
import type { RestRegistry } from './registry.ts';
import { NO_SOURCES, render } from './values.ts';

const NAMESPACE = 'AWS/ApiGateway';

export interface RecordOptions {
  readonly clock: Clock;
  readonly metrics: MetricStore;
  readonly logs: LogStore;
  readonly registry: RestRegistry;
}

export function recordRequest({ clock, metrics, logs, registry }: RecordOptions, facts: Facts, ended: Ended): void {
  const { api, stage } = facts.served;
  const dimensions: Record<string, string>[] = [{ ApiName: api.name }, { ApiName: api.name, Stage: stage.name }];
  const path = facts.routed?.route.path;
  const method = facts.routed?.operation.method.httpMethod;
  if (path !== undefined && method !== undefined) {
    const at = { apiId: api.id, stageName: stage.name, path, httpMethod: method };
    if (hasDetailedMetrics(at, registry.settings))
      dimensions.push({ ApiName: api.name, Stage: stage.name, Resource: path, Method: method });
  }
  for (const own of dimensions) {
    // X requests in a period that took 1/rate of it count as X·rate (design, "Clock").
    const put = (name: string, value: number): void =>
      metrics.put({ namespace: NAMESPACE, name, dimensions: own, value, count: clock.rate });
    put('Count', 1);
    put('4XXError', ended.status >= 400 && ended.status < 500 ? 1 : 0);
    put('5XXError', ended.status >= 500 ? 1 : 0);
    put('Latency', ended.latencyMs);
    if (facts.integrationLatencyMs !== null) put('IntegrationLatency', facts.integrationLatencyMs);
  }
  if (!stage.accessLog) return;
  const context = (name: string): string | undefined => contextValue(facts, name, ended);
  const line = render(stage.accessLog.format, { ...NO_SOURCES, context }, '-');
  const stream = `${api.id}_${stage.name}`;
  try {
    logs.append(stage.accessLog.group, stream, line);
  } catch {
    logs.putGroup(stage.accessLog.group, 0);
    logs.append(stage.accessLog.group, stream, line);
  }
}
