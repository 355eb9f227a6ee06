/** Topological order of all resources, dependencies first, stacks in their deployment order where nothing else says. */
import type { Problem } from '../errors.ts';
import type { RawStacks } from '../read/read-stacks.ts';
import type { Block, World } from './world.ts';

export function orderOf(world: World, raw: RawStacks, addresses: readonly string[], problems: Problem[]): string[] {
  const position = new Map(stackOrder(raw).map((name, i) => [name, i]));
  const blocks = addresses.flatMap((a) => world.blocks.get(a) ?? []);
  const sorted = [...blocks].sort((a, b) => (position.get(a.stack) ?? 0) - (position.get(b.stack) ?? 0));
  const known = new Set(addresses);
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (block: Block, path: readonly string[]): void => {
    if (state.get(block.address) === 'done') return;
    if (state.get(block.address) === 'open') {
      const circle = [...path.slice(path.indexOf(block.address)), block.address];
      problems.push({
        code: 'REFERENCE_CYCLE',
        address: block.address,
        message: `resources depend on each other in a circle: ${circle.join(' → ')}`,
        rule: 'Terraform needs an order',
        fix: 'remove one of these dependencies',
      });
      return;
    }
    state.set(block.address, 'open');
    for (const dependency of dependenciesOf(world, block)) {
      const next = known.has(dependency) ? world.blocks.get(dependency) : undefined;
      if (next) visit(next, [...path, block.address]);
    }
    state.set(block.address, 'done');
    order.push(block.address);
  };
  for (const block of sorted) visit(block, []);
  return order;
}

/** What cannot be read is told elsewhere. */
function dependenciesOf(world: World, block: Block): string[] {
  try {
    return world.dependencies(block);
  } catch {
    return [];
  }
}

function stackOrder(raw: RawStacks): string[] {
  const out: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (out.includes(name) || path.includes(name)) return;
    for (const dependency of raw.stacks.find((s) => s.name === name)?.dependencies ?? [])
      visit(dependency, [...path, name]);
    out.push(name);
  };
  for (const stack of raw.stacks) visit(stack.name, []);
  return out;
}
