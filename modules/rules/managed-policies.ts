/** Where AWS's own policies are given to somebody, whichever resource does it. */
import type { Estate, Resource } from './estate.ts';
import { once } from './once.ts';
import { isReference, type Json, several } from './values.ts';

export interface Attached {
  readonly resource: Resource;
  readonly address: string;
  readonly value: unknown;
  /** The policy's ARN as far as it is known; undefined for a policy of the stacks. */
  readonly arn: string | undefined;
}

/** Type → attribute, one ARN or a list of them. */
const ATTACHING: Readonly<Record<string, string>> = {
  aws_iam_group_policy_attachment: 'policy_arn',
  aws_iam_group_policy_attachments_exclusive: 'policy_arns',
  aws_iam_policy_attachment: 'policy_arn',
  aws_iam_role: 'managed_policy_arns',
  aws_iam_role_policy_attachment: 'policy_arn',
  aws_iam_role_policy_attachments_exclusive: 'policy_arns',
  aws_iam_user_policy_attachment: 'policy_arn',
  aws_iam_user_policy_attachments_exclusive: 'policy_arns',
  aws_ssoadmin_managed_policy_attachment: 'managed_policy_arn',
};

export const attachedPolicies = once((estate): readonly Attached[] =>
  Object.entries(ATTACHING).flatMap(([type, attribute]) =>
    estate.all(type).flatMap((resource) => {
      const listed = estate.literal(resource.stack, resource.body[attribute]);
      return several<unknown>(listed as Json).map((written, index) => ({
        resource,
        address: `${resource.address}.${attribute}${attribute.endsWith('s') ? `[${index}]` : ''}`,
        value: written,
        arn: arnOf(estate, resource, written),
      }));
    }),
  ),
);

/** True for a policy that AWS keeps. */
export function isOfAws(arn: string): boolean {
  return /^arn:(?:[\w-]+|\$\{[^}]+\}):iam::aws:policy\//.test(arn);
}

function arnOf(estate: Estate, resource: Resource, written: unknown): string | undefined {
  const text = estate.literal(resource.stack, written);
  if (!isReference(text) || isOfAws(String(text))) return String(text);
  const [, name] = /^\$\{data\.aws_iam_policy\.([\w-]+)\.\w+\}$/.exec(String(text)) ?? [];
  if (name !== undefined) return ofData(estate, resource.stack, name) ?? String(text);
  return estate.follow(resource, text)?.type === 'aws_iam_policy' ? undefined : String(text);
}

/** A data source finds by ARN or by name, and the name is that of a policy of AWS if the account has none of it. */
function ofData(estate: Estate, stack: string, name: string): string | undefined {
  const { arn, name: called } = estate.data(stack, 'aws_iam_policy', name) ?? {};
  const known = estate.literal(stack, arn ?? called);
  if (typeof known !== 'string' || isReference(known)) return undefined;
  return known.startsWith('arn:') ? known : `arn:aws:iam::aws:policy/${known}`;
}
