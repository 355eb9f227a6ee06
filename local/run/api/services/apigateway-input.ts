/** What API Gateway's operations accept, and the paths they are called at. Strict where they change something. */
import { z } from 'zod';
import type { Route } from '../protocols/rest.ts';
import { bool, integer, list, text } from '../schema.ts';

const SEGMENT = (name: string): string => `(?<${name}>[^/]{1,200})`;
const route = (method: Route['method'], path: string, operation: string): Route => ({
  method,
  path: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => SEGMENT(name))}/?$`),
  operation,
});

export const routes: readonly Route[] = [
  route('GET', '/restapis', 'GetRestApis'),
  route('GET', '/restapis/{restApiId}', 'GetRestApi'),
  route('GET', '/restapis/{restApiId}/resources', 'GetResources'),
  route('GET', '/restapis/{restApiId}/stages', 'GetStages'),
  route('GET', '/restapis/{restApiId}/stages/{stageName}', 'GetStage'),
  route('GET', '/restapis/{restApiId}/deployments', 'GetDeployments'),
  route('GET', '/apikeys', 'GetApiKeys'),
  route('POST', '/apikeys', 'CreateApiKey'),
  route('GET', '/apikeys/{apiKey}', 'GetApiKey'),
  route('PATCH', '/apikeys/{apiKey}', 'UpdateApiKey'),
  route('DELETE', '/apikeys/{apiKey}', 'DeleteApiKey'),
  route('GET', '/usageplans', 'GetUsagePlans'),
  route('GET', '/usageplans/{usagePlanId}', 'GetUsagePlan'),
  route('GET', '/usageplans/{usagePlanId}/keys', 'GetUsagePlanKeys'),
  route('POST', '/usageplans/{usagePlanId}/keys', 'CreateUsagePlanKey'),
  route('DELETE', '/usageplans/{usagePlanId}/keys/{keyId}', 'DeleteUsagePlanKey'),
  route('GET', '/usageplans/{usagePlanId}/usage', 'GetUsage'),
];

export const paging = { position: text.optional(), limit: integer(1, 500).optional() };
export const ofApi = z.object({ restApiId: text, ...paging });
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-03-01');

export const createKeyInput = z.strictObject({
  name: text.optional(),
  description: text.optional(),
  enabled: bool.optional(),
  value: text.min(20).max(128).optional(),
  tags: z.record(text, text).optional(),
});
export const updateKeyInput = z.strictObject({
  apiKey: text,
  patchOperations: list(
    z.strictObject({ op: z.literal('replace'), path: z.enum(['/name', '/description', '/enabled']), value: text }),
  ),
});
export const membershipInput = z.strictObject({ usagePlanId: text, keyId: text, keyType: z.literal('API_KEY') });
export const usageInput = z.object({
  usagePlanId: text,
  keyId: text.optional(),
  startDate: date,
  endDate: date,
  ...paging,
});
