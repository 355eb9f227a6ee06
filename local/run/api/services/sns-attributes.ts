/** Subscription attributes as the API gives them: texts. */
import { ApiError } from '../../contracts.ts';
import type { SettingsSource } from '../../topics/settings.ts';

/** @throws ApiError InvalidParameter for an attribute or value that has no local counterpart */
export function settingsFrom(attributes: Readonly<Record<string, string>>): Partial<SettingsSource> {
  const parts = Object.entries(attributes).map(([key, value]) => one(key, value));
  return Object.assign({}, ...parts);
}

function one(key: string, value: string): Partial<SettingsSource> {
  switch (key) {
    case 'RawMessageDelivery':
      return { rawMessageDelivery: flag(key, value) };
    case 'FilterPolicy':
      return { filterPolicy: value };
    case 'FilterPolicyScope':
      if (value !== 'MessageAttributes' && value !== 'MessageBody')
        throw invalid(`${key} is MessageAttributes or MessageBody`);
      return { filterPolicyScope: value };
    case 'DeliveryPolicy':
      return { deliveryPolicy: value };
    case 'RedrivePolicy':
      return { deadLetterTargetArn: deadLetterTarget(value) };
    default:
      throw invalid(`AttributeName Reason: ${key} has no local counterpart`);
  }
}

function flag(key: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw invalid(`${key} must be true or false`);
  return lower === 'true';
}

function deadLetterTarget(value: string): string | null {
  if (value === '') return null;
  try {
    const target: unknown = (JSON.parse(value) as Record<string, unknown> | null)?.['deadLetterTargetArn'];
    if (typeof target === 'string') return target;
  } catch {
    // The refusal below covers both.
  }
  throw invalid('RedrivePolicy: deadLetterTargetArn is required');
}

function invalid(detail: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${detail}`);
}
