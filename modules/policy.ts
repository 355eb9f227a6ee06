/** IAM policies as data. A wildcard action is refused; a wildcard resource needs its reason in the code. */

interface Scoped {
  readonly resources: readonly string[];
}
interface Unscoped {
  /** Why no ARN can be named: the action supports no resource-level permission, by AWS's service authorization reference. */
  readonly anyResourceBecause: string;
}

export type PolicyStatement = {
  readonly actions: readonly string[];
  /** `{ ArnEquals: { 'ecs:cluster': arn } }`. @default no condition */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
} & (Scoped | Unscoped);

/**
 * @returns the policy document as JSON text; references inside it stay references
 * @throws Error for a wildcard action, or a wildcard resource without a reason
 */
export function policyJson(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({
      Effect: 'Allow',
      Action: statement.actions.map(namedAction),
      Resource: resourcesOf(statement),
      ...(statement.conditions ? { Condition: statement.conditions } : {}),
    })),
  });
}

/** @returns the trust policy that lets one AWS service assume a role */
export function trustJson(servicePrincipal: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: servicePrincipal }, Action: 'sts:AssumeRole' }],
  });
}

function namedAction(action: string): string {
  if (/^[a-z0-9-]+:[A-Za-z]+$/.test(action)) return action;
  throw new Error(
    `policy action ${JSON.stringify(action)}: rule: each action is named in full, no wildcard; fix: list the actions that are used`,
  );
}

function resourcesOf(statement: PolicyStatement): readonly string[] {
  if ('anyResourceBecause' in statement) return ['*'];
  if (statement.resources.length > 0 && !statement.resources.includes('*')) return statement.resources;
  throw new Error(
    `policy for ${statement.actions.join(', ')}: rule: resources are ARNs; fix: name them, or say why none exists with anyResourceBecause`,
  );
}
