/** Version constraints of the AWS provider (Terraform language/expressions/version-constraints). */
import { compareVersions } from '../modules/terraform-version.ts';

const VERSION = String.raw`\s*(?:(?:=|!=|~>|>=|<=|>|<)\s*)?\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?\s*`;

export const PROVIDER_VERSIONS = new RegExp(`^${VERSION}(?:,${VERSION})*$`);

/** It is the first whose aws_ssm_parameter has `value_wo`, by which a drawn secret is in no state. */
export const OLDEST_PROVIDER = '5.88.0';

/** @param constraint of {@link PROVIDER_VERSIONS}; @returns true where a part of it allows nothing from {@link OLDEST_PROVIDER} on */
export const isTooOld = (constraint: string): boolean => constraint.split(',').some(endsBeforeOldest);

function endsBeforeOldest(part: string): boolean {
  const [, operator = '=', version = ''] = /^\s*(=|!=|~>|>=|<=|>|<)?\s*([\d.]+)/.exec(part) ?? [];
  const numbers = version.split('.').map(Number);
  if (operator === '=' || operator === '<=') return compareVersions(numbers, OLDEST) < 0;
  if (operator === '<') return compareVersions(numbers, OLDEST) <= 0;
  // ~> 5.40.0 goes up to 5.41, ~> 5.40 up to 6; one number alone has no end.
  if (operator !== '~>' || numbers.length === 1) return false;
  const end = numbers.slice(0, -1);
  return compareVersions([...end.slice(0, -1), (end.at(-1) ?? 0) + 1], OLDEST) <= 0;
}

const OLDEST = OLDEST_PROVIDER.split('.').map(Number);
