/** Which Terraform a stack needs: said once for each stack, by whatever in it needs the newest. */
import { type Construct, TerraformStack } from './cdktf.ts';

/** Major, minor, and patch where it counts. */
export type Version = readonly [number, number, number?];

const needed = new WeakMap<TerraformStack, Version>();

/** Lets no older Terraform take the stack of `scope`; of several that are asked for, the newest holds. */
export function requireTerraform(scope: Construct, version: Version): void {
  const stack = TerraformStack.of(scope);
  const before = needed.get(stack);
  if (before && compareVersions(version, before) <= 0) return;
  needed.set(stack, version);
  const [major, minor, patch = 0] = version;
  stack.addOverride('terraform.required_version', `>= ${major}.${minor}.${patch}`);
}

/** @returns below 0 where `a` is the older one; a number that is missing is 0 */
export function compareVersions(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
