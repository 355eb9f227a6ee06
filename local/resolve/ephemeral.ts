/** Where a value that is kept nowhere may be used (Terraform, "Ephemeral values"). */
import type { Problem } from '../errors.ts';
import { inHome } from './world/addresses.ts';
import type { Block } from './world/blocks.ts';
import type { World } from './world/world.ts';

const RULE =
  'an ephemeral value may be used in write-only attributes, locals, providers and other ephemeral blocks only';

/** By the provider's convention, a write-only attribute is the one whose name ends so. */
const isWriteOnly = (name: string): boolean => name.endsWith('_wo');

/** @returns the problem of an evaluated attribute that would keep an ephemeral value */
export function misplaced(world: World, block: Block, name: string): Problem[] {
  if (block.mode === 'ephemeral' || isWriteOnly(name) || !world.isEphemeral(block, name)) return [];
  const fix = `give it to a write-only attribute (${name}_wo, where there is one), or draw the value with something that the state may hold`;
  return [problemOf(`${block.address}.${name}`, block.body[name], fix)];
}

/** @param home whose output it is */
export const misplacedOutput = (world: World, home: string, name: string): Problem[] =>
  world.named.isEphemeralOutput(home, name)
    ? [
        problemOf(
          inHome(home, `output.${name}`),
          name,
          'output what names the secret (a parameter, its ARN), not the secret',
        ),
      ]
    : [];

const problemOf = (address: string, value: unknown, fix: string): Problem => ({
  code: 'INVALID_EXPRESSION',
  address,
  message: 'an ephemeral value would be kept here',
  value,
  rule: RULE,
  fix,
});
