import { documents } from './policy-documents.ts';
import { readPolicy } from './policy-text.ts';
import type { HouseRule } from './rule.ts';

export const iamPoliciesReadable: HouseRule = {
  id: 'iam-policies-readable',
  severity: 'advice',
  rule: 'a policy is JSON with statements, or a policy document of the same stack, not a reference that only Terraform can follow: what is not seen is not judged (IAM reference_policies_grammar)',
  check: (estate) =>
    documents(estate)
      .filter(({ resource, text }) => !readPolicy(estate, resource.stack, text).isWhole)
      .map(({ address, text }) => ({
        address,
        value: text ?? null,
        fix: 'write the document as JSON; references may stand in its texts',
      })),
};
