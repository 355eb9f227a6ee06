import { parsed } from './estate.ts';
import { documents } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const iamPoliciesReadable: HouseRule = {
  id: 'iam-policies-readable',
  rule: 'a policy is JSON with statements, not a reference that only Terraform can follow: what is not seen is not judged (IAM reference_policies_grammar)',
  check: (estate) =>
    documents(estate)
      .filter(({ text }) => parsed(text)?.Statement === undefined)
      .map(({ address, text }) => ({
        address,
        value: text ?? null,
        fix: 'write the document as JSON; references may stand in its texts',
      })),
};
