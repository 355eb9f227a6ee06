/** Topological order of all resources, dependencies first; stacks in their deployment order where nothing else says. */
import type { Problem } from '../errors.ts';
import type { RawStacks } from '../read/raw.ts';

interface Node {
  readonly address: string;
  readonly stack: string;
  readonly dependsOn: readonly string[];
}

/** Adds a REFERENCE_CYCLE for each circle met. */
export function orderOf(nodes: readonly Node[], raw: RawStacks, problems: Problem[]): string[] {
  const position = new Map(stackOrder(raw, problems).map((name, i) => [name, i]));
  const sorted = [...nodes].sort((a, b) => (position.get(a.stack) ?? 0) - (position.get(b.stack) ?? 0));
  const dependencies = new Map(nodes.map((n) => [n.address, n.dependsOn]));
  return depthFirst(
    sorted.map((n) => n.address),
    (address) => (dependencies.get(address) ?? []).filter((d) => dependencies.has(d)),
    (circle) =>
      void problems.push({
        code: 'REFERENCE_CYCLE',
        address: circle[0] ?? '',
        message: `resources depend on each other in a circle: ${circle.join(' → ')}`,
        rule: 'each resource is made after those that it depends on',
        fix: 'remove one of these dependencies',
      }),
  );
}

function stackOrder(raw: RawStacks, problems: Problem[]): string[] {
  const dependencies = new Map(raw.stacks.map((s) => [s.name, s.dependencies]));
  return depthFirst(
    [...dependencies.keys()],
    (name) => (dependencies.get(name) ?? []).filter((d) => dependencies.has(d)),
    (circle) =>
      void problems.push({
        code: 'REFERENCE_CYCLE',
        address: circle[0] ?? '',
        message: `stacks depend on each other in a circle: ${circle.join(' → ')}`,
        rule: 'each stack is deployed after those that it depends on',
        fix: 'remove one of these dependencies',
      }),
  );
}

/** Post-order without recursion: a chain may be as long as there are resources. @param onCircle told of each circle met, which begins and ends with the same name */
export function depthFirst(
  roots: readonly string[],
  next: (name: string) => readonly string[],
  onCircle: (circle: readonly string[]) => void,
): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const root of roots) {
    if (state.has(root)) continue;
    const path: { name: string; rest: Iterator<string> }[] = [{ name: root, rest: next(root).values() }];
    state.set(root, 'open');
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { value: child, done } = top.rest.next();
      if (done) {
        path.pop();
        state.set(top.name, 'done');
        order.push(top.name);
      } else if (state.get(child) === 'open') {
        const names = path.map((p) => p.name);
        onCircle([...names.slice(names.indexOf(child)), child]);
      } else if (!state.has(child)) {
        state.set(child, 'open');
        path.push({ name: child, rest: next(child).values() });
      }
    }
  }
  return order;
}
