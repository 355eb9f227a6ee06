/** What is known of a request from its head on, and `$context` made of it (API Gateway api-gateway-variables-for-access-logging). Pure. */
import type { RestApiKey } from '../../topology-rest-api.ts';
import type { Operation } from './compile-api.ts';
import type { Routed } from './decide-route.ts';
import type { Served } from './registry.ts';
import type { Headers } from './values.ts';

export interface Facts {
  readonly requestId: string;
  /** Of `x-amz-apigw-id`. */
  readonly extendedRequestId: string;
  readonly startedControlMs: number;
  readonly accountId: string;
  readonly httpMethod: string;
  /** With the stage, without the query. */
  readonly path: string;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly headers: Headers;
  readonly served: Served;
  routed: Routed<Operation> | null;
  key: RestApiKey | null;
  /** Of what is behind; null where nothing was called, or nothing answered. */
  integrationStatus: number | null;
  integrationLatencyMs: number | null;
}

/** How it ended. */
export interface Ended {
  readonly status: number;
  readonly bytes: number;
  readonly latencyMs: number;
  readonly error: { readonly message: string; readonly type: string } | null;
}

/** @param ended null while it is under way */
export function contextValue(facts: Facts, name: string, ended: Ended | null = null): string | undefined {
  const { served, routed } = facts;
  const whole = (value: number | null | undefined): string | undefined =>
    value === null || value === undefined ? undefined : String(Math.round(value));
  switch (name) {
    case 'requestId':
    case 'extendedRequestId':
    case 'accountId':
    case 'httpMethod':
    case 'path':
    case 'protocol':
      return facts[name];
    case 'requestTime':
      return clfTime(facts.startedControlMs);
    case 'requestTimeEpoch':
      return whole(facts.startedControlMs);
    case 'stage':
      return served.stage.name;
    case 'deploymentId':
      return served.stage.deploymentId;
    case 'apiId':
    case 'domainPrefix':
      return served.api.id;
    case 'domainName':
      return served.api.host;
    case 'resourcePath':
      return routed?.route.path;
    case 'resourceId':
      return routed?.operation.resourceId;
    case 'identity.sourceIp':
      return facts.sourceIp;
    case 'identity.userAgent':
      return facts.headers.get('user-agent')?.[0];
    case 'identity.apiKeyId':
      return facts.key?.id;
    case 'identity.apiKey':
      return facts.key?.value;
    case 'status':
      return whole(ended?.status);
    case 'responseLength':
      return whole(ended?.bytes);
    case 'responseLatency':
      return whole(ended?.latencyMs);
    case 'integrationLatency':
    case 'integration.latency':
      return whole(facts.integrationLatencyMs);
    case 'integrationStatus':
    case 'integration.status':
    case 'integration.integrationStatus':
      return whole(facts.integrationStatus);
    case 'error.message':
      return ended?.error?.message;
    case 'error.messageString':
      return ended?.error ? JSON.stringify(ended.error.message) : undefined;
    case 'error.responseType':
      return ended?.error?.type;
    default:
      return undefined;
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `10/Oct/2026:13:55:36 +0000`. */
function clfTime(ms: number): string {
  const [, year, month, day, time] = /^(\d+)-(\d\d)-(\d\d)T([\d:]+)/.exec(new Date(ms).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}
