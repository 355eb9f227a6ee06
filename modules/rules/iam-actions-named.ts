import { isOpenArn } from './open-arn.ts';
import { allowing } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';
import { isReference, type Json, several } from './values.ts';

export const iamActionsNamed: HouseRule = {
  id: 'iam-actions-named',
  severity: 'warning',
  rule: 'each action is named in full, without a wildcard (IAM best-practices: least privilege)',
  check: (estate) =>
    allowing(estate).flatMap(({ address, body }) => [
      ...several<unknown>(body.Action)
        // What only Terraform knows may be a wildcard, too.
        .filter((action) => /[*?]/.test(String(action)) || isReference(action))
        .map((value) => ({
          address: `${address}.Action`,
          value,
          fix: 'list the actions that are used',
          ...(isWhole(String(value)) && isEverywhere(body) ? { severity: 'error' as const } : {}),
        })),
      ...(body.NotAction === undefined
        ? []
        : [{ address: `${address}.NotAction`, value: body.NotAction, fix: 'name what is allowed in Action' }]),
    ]),
};

/** All of AWS, or all of one service. */
function isWhole(action: string): boolean {
  return /^(?:[\w-]+:)?\*+$/.test(action);
}

function isEverywhere({ Resource, NotResource, Condition }: Json): boolean {
  const isOpen = NotResource !== undefined || several<unknown>(Resource).some((arn) => isOpenArn(String(arn)));
  return isOpen && Condition === undefined;
}
