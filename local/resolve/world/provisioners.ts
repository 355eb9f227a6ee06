/** `provisioner` blocks of a resource, evaluated: what Terraform would run when the resource has been made. */
import { isObject } from '../../read/json.ts';
import type { Provisioner } from '../kind.ts';
import type { Block } from './blocks.ts';
import type { World } from './world.ts';

/** JSON writes them as an object or a list of objects, by type; each type holds one body or a list. @throws CutoverError */
export function provisionersOf(world: World, block: Block): readonly Provisioner[] {
  if (!Object.hasOwn(block.body, 'provisioner')) return [];
  const byType = [block.body['provisioner'] ?? []].flat().filter(isObject).flatMap(Object.entries) as [
    string,
    unknown,
  ][];
  const scope = { home: block.home, locals: new Map([...block.locals, ['self', world.all(block)] as const]) };
  return byType
    .flatMap(([type, bodies]) => [bodies].flat().map((body) => ({ type, body })))
    .filter(({ type }) => type !== '//')
    .map(({ type, body }, i, list) => {
      const path = list.length > 1 ? `provisioner.${type}[${i}]` : `provisioner.${type}`;
      const json = world.evaluateValue(body, scope, `${block.address}.${path}`);
      return { type, path, json: isObject(json) ? json : {} };
    });
}
