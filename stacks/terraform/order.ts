/** When Terraform has begun and ended what, from what it has printed: the order that a deployment really took. */
import type { ExecutionContext } from 'ava';

/** Address as Terraform prints it, then what becomes of the resource; cdktf adds the stack and the construct's path. */
const LINE = /\b((?:aws_|terraform_)\w+\.[\w-]+)[^:\n]*: (Creating|Modifying|Destroying|[A-Z]\w+ complete)/g;

interface Event {
  readonly address: string;
  readonly done: boolean;
}

export interface Order {
  /** Begins of the addresses, such as `aws_ecs_service.iridium_`. */
  readonly first: string;
  readonly next: string;
}

/** @returns pairs of which the second was begun before the first was done, or of which one was not touched at all */
export function outOfOrder(output: string, orders: readonly Order[]): readonly Order[] {
  const events: Event[] = [...output.matchAll(LINE)].map(([, address = '', what = '']) => ({
    address,
    done: what.endsWith('complete'),
  }));
  const doneAt = (begin: string): number => events.findLastIndex((e) => e.done && e.address.startsWith(begin));
  const begunAt = (begin: string): number => events.findIndex((e) => !e.done && e.address.startsWith(begin));
  return orders.filter(({ first, next }) => {
    const [done, begun] = [doneAt(first), begunAt(next)];
    return done < 0 || begun < done;
  });
}

/** One after the other: each is done before the next is begun. */
export function chain(...begins: readonly string[]): readonly Order[] {
  return begins.slice(1).map((next, index) => ({ first: begins[index] as string, next }));
}

/** Asserts that a deployment made things in this order. @param output of `cdktf deploy` */
export function inOrder(t: ExecutionContext, output: string, orders: readonly Order[]): void {
  t.deepEqual(outOfOrder(output, orders), []);
}
