import { several } from './estate.ts';
import { allowing } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const iamActionsNamed: HouseRule = {
  id: 'iam-actions-named',
  rule: 'each action is named in full, without a wildcard (IAM best-practices: least privilege)',
  check: (estate) =>
    allowing(estate).flatMap(({ address, body }) => [
      ...several<string>(body.Action)
        .filter((action) => action.includes('*'))
        .map((value) => ({ address: `${address}.Action`, value, fix: 'list the actions that are used' })),
      ...(body.NotAction === undefined
        ? []
        : [{ address: `${address}.NotAction`, value: body.NotAction, fix: 'name what is allowed in Action' }]),
    ]),
};
