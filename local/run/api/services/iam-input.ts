/** Schemas of the IAM operations, and what a policy must be. Rules: IAM API reference, IAM reference_policies_grammar. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { integer, list, text } from '../schema.ts';

const MAX_POLICY_CHARACTERS = 131_072;
/** A role is assumed for at most so long, seconds. */
const SESSION_SECONDS = { min: 3600, max: 43_200 } as const;

const entity = (characters: number) => z.string().regex(new RegExp(`^[\\w+=,.@-]{1,${characters}}$`));
export const roleName = entity(64);
export const policyName = entity(128);
export const policyArn = z.string().min(20).max(2048);
export const document = z.string().min(1).max(MAX_POLICY_CHARACTERS);
const path = z.string().regex(/^(\/|\/[\u0021-\u007e]{1,510}\/)$/, 'must begin and end with a slash');
const pathPrefix = z
  .string()
  .regex(/^\/[\u0021-\u007e]{0,511}$/, 'must begin with a slash')
  .optional();

export const paging = { Marker: text.optional(), MaxItems: integer(1, 1000).optional() };

export const createRoleInput = z.strictObject({
  RoleName: roleName,
  AssumeRolePolicyDocument: document,
  Path: path.optional(),
  Description: z.string().max(1000).optional(),
  MaxSessionDuration: integer(SESSION_SECONDS.min, SESSION_SECONDS.max).optional(),
  Tags: list(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }), 50).optional(),
});
export const DEFAULT_SESSION_SECONDS: number = SESSION_SECONDS.min;

export const linkedRoleInput = z.strictObject({
  AWSServiceName: z.string().regex(/^[\w+=,.@-]{1,128}$/),
  Description: z.string().max(1000).optional(),
});

export const roleInput = z.strictObject({ RoleName: roleName });
export const rolesInput = z.object({ PathPrefix: pathPrefix, ...paging });
export const attachInput = z.strictObject({ RoleName: roleName, PolicyArn: policyArn });
export const attachedInput = z.object({ RoleName: roleName, PathPrefix: pathPrefix, ...paging });
export const inlineInput = z.strictObject({ RoleName: roleName, PolicyName: policyName });
export const putInlineInput = z.strictObject({ RoleName: roleName, PolicyName: policyName, PolicyDocument: document });
export const inlinesInput = z.object({ RoleName: roleName, ...paging });

const one = <S extends z.ZodType>(item: S) => z.union([item, z.array(item).min(1)]);
const statement = z
  .looseObject({
    Effect: z.enum(['Allow', 'Deny']),
    Action: one(z.string()).optional(),
    NotAction: one(z.string()).optional(),
    Resource: one(z.string()).optional(),
    NotResource: one(z.string()).optional(),
    Principal: z.unknown().optional(),
    NotPrincipal: z.unknown().optional(),
  })
  .refine((s) => (s.Action === undefined) !== (s.NotAction === undefined), 'needs Action or NotAction, not both');
const policy = z.looseObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Statement: one(statement),
});

/**
 * @param kind a trust policy says who (Principal), a permission policy says on what (Resource)
 * @throws ApiError MalformedPolicyDocument
 */
export function checkPolicy(json: string, kind: 'trust' | 'permission'): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  const found = policy.safeParse(parsed);
  if (!found.success) {
    const [issue] = found.error.issues;
    throw malformed(`Syntax errors in policy: ${issue?.path.join('.') || 'policy'}: ${issue?.message}`);
  }
  const statements = [found.data.Statement].flat();
  for (const given of statements) {
    const principal = given.Principal ?? given.NotPrincipal;
    const resource = given.Resource ?? given.NotResource;
    if (kind === 'trust' && principal === undefined) throw malformed('Missing required field Principal');
    if (kind === 'trust' && resource !== undefined) throw malformed('Has prohibited field Resource');
    if (kind === 'permission' && principal !== undefined)
      throw malformed('Policy document should not specify a principal.');
    if (kind === 'permission' && resource === undefined) throw malformed('Policy statement must contain resources.');
  }
}

function malformed(message: string): ApiError {
  return new ApiError('MalformedPolicyDocument', message);
}
