import { namesResources } from './conditions.ts';
import { isOpenArn } from './open-arn.ts';
import { allowing } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';
import { several } from './values.ts';
import { takesNoArn } from './without-arn.ts';

export const iamResourcesNamed: HouseRule = {
  id: 'iam-resources-named',
  severity: 'warning',
  rule: 'resources are ARNs of something; a wildcard alone is only for actions that take none, or held to one ARN or tag by a condition (Service Authorization Reference)',
  check: (estate) =>
    allowing(estate).flatMap(({ address, body }) => {
      const open = body.NotResource !== undefined || several<unknown>(body.Resource).some((arn) => isUnnamed(arn));
      if (!open || namesResources(body.Condition)) return [];
      const actions = several<string>(body.Action ?? body.NotAction).filter((action) => !takesNoArn(action));
      if (actions.length === 0) return [];
      return [{ address: `${address}.Resource`, value: actions, fix: 'name the ARNs that these actions are for' }];
    }),
};

/** A variable without a value may be a wildcard; whatever else is referred to is something. */
function isUnnamed(arn: unknown): boolean {
  return isOpenArn(String(arn)) || /^\$\{(?:var|each|local)\./.test(String(arn));
}
