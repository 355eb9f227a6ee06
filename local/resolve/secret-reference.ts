/** How containers name secrets of Secrets Manager (ECS specifying-sensitive-data-secrets). Pure. */

export interface SecretReference {
  /** With or without the six characters that AWS adds to the name. */
  readonly arn: string;
  /** '' for the whole value. */
  readonly jsonKey: string;
}

/** @returns null for what is no ARN of a secret */
export function parseSecretReference(reference: string): SecretReference | null {
  const [, arn, jsonKey = ''] =
    /^(arn:[\w-]+:secretsmanager:[\w-]*:\d*:secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/.exec(reference) ?? [];
  return arn === undefined ? null : { arn, jsonKey };
}

/** Whether a reference means the secret: an ARN may be given without what AWS adds to the name. */
export const isOf = (reference: SecretReference, secretArn: string): boolean =>
  reference.arn === secretArn || reference.arn === secretArn.replace(/-[0-9A-Za-z]{6}$/, '');

/** One key of a value that is a JSON object; what is no text is given as JSON. @returns null where there is none */
export function keyOfValue(value: string, key: string): string | null {
  try {
    const json: unknown = JSON.parse(value);
    if (typeof json !== 'object' || json === null || !Object.hasOwn(json, key)) return null;
    const found = (json as Record<string, unknown>)[key];
    return typeof found === 'string' ? found : JSON.stringify(found);
  } catch {
    return null;
  }
}
