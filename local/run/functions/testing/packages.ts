/** Zip packages and functions for tests. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { LambdaFunction } from '../../../topology.ts';

/** A package with these files, packed by another hand than the reader's. */
export const zipOf = (files: Readonly<Record<string, string>>, level: 0 | 9 = 9): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), { level }),
  );

export function functionOf(dir: string, files: Readonly<Record<string, string>>, change: Partial<LambdaFunction> = {}) {
  const bytes = zipOf(files);
  const packageDigest = createHash('sha256').update(bytes).digest('hex');
  const packageFile = join(dir, `${packageDigest.slice(0, 16)}.zip`);
  mkdirSync(dir, { recursive: true });
  writeFileSync(packageFile, bytes);
  const name = change.name ?? 'hook';
  const definition: LambdaFunction = {
    address: `stack/aws_lambda_function.${name}`,
    type: 'aws_lambda_function',
    stack: 'stack',
    dependsOn: [],
    digest: packageDigest,
    ignoreChanges: [],
    attributes: {},
    tags: {},
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    name,
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    timeoutSeconds: 20,
    memoryMiB: 128,
    environment: {},
    roleArn: 'arn:aws:iam::000000000000:role/hook',
    packageFile,
    packageDigest,
    logGroupName: `/aws/lambda/${name}`,
    ...change,
  };
  return definition;
}
