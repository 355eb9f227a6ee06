/** What conditions of a policy narrow, and what only looks as if they did. */
import { isOpenArn } from './open-arn.ts';
import { type Json, several } from './values.ts';

interface Asked {
  /** Lower case: keys are no matter of case (IAM reference_policies_elements_condition). */
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Operators that want something to be there and to be so. Not among them: the negative ones, `…IfExists` and
 * `ForAllValues:…`, which are true where the key is missing.
 */
const DEMANDING = /^(?:ForAnyValue:)?(?:String(?:Equals|Like|EqualsIgnoreCase)|Arn(?:Equals|Like)|IpAddress)$/i;

/** Who asks, or on whose behalf. */
const CALLERS = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'aws:vpcsourceip',
  'kms:calleraccount',
]);

/** True where a condition wants certain callers: accounts, organizations, ARNs, networks. */
export function namesCallers(condition: Json): boolean {
  return demands(condition).some(({ key, values }) => CALLERS.has(key) && values.every((value) => !isAnybody(value)));
}

/** True where a condition wants the resource to be, or to belong to, something with an ARN or a tag. */
export function namesResources(condition: Json): boolean {
  return demands(condition).some(({ key, values }) => {
    if (key.startsWith('aws:resourcetag/')) return values.every((value) => !isAnybody(value));
    // Global keys say who asks; those of a service what is asked for.
    return !key.startsWith('aws:') && values.every((value) => isName(value) && !isOpenArn(value));
  });
}

/** True where a condition asks for anything that must be there: for identities of elsewhere, such as a repository's. */
export function demandsSomething(condition: Json): boolean {
  return demands(condition).some(({ values }) => values.every((value) => !isAnybody(value)));
}

function demands(condition: Json): readonly Asked[] {
  return Object.entries<Json>(condition ?? {})
    .filter(([operator]) => DEMANDING.test(operator))
    .flatMap(([, asked]) => Object.entries<Json>(asked ?? {}))
    .map(([key, values]) => ({ key: key.toLowerCase(), values: several<Json>(values).map(String) }));
}

const isName = (value: string): boolean => value.startsWith('arn') || value.includes('${');

const isAnybody = (value: string): boolean =>
  /^[*?]*$/.test(value) || /^(?:0\.0\.0\.0|::)\/\d$/.test(value) || (value.startsWith('arn:') && isOpenArn(value));
