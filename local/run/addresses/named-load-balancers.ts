/** Load balancers that no stack has: each has its name and address before it is there, and as long as it is. */
import type { LoadBalancer } from '../../topology.ts';
import type { PlaneAddressBook } from '../addresses.ts';
import type { ResourceHandler } from '../contracts.ts';

export function namedLoadBalancers(
  book: Pick<PlaneAddressBook, 'addLoadBalancer' | 'removeLoadBalancer'>,
  handler: ResourceHandler<LoadBalancer>,
): ResourceHandler<LoadBalancer> {
  return {
    async put(next, previous, signal) {
      book.addLoadBalancer(next);
      await handler.put(next, previous, signal);
    },
    async remove(previous, signal) {
      await handler.remove(previous, signal);
      book.removeLoadBalancer(previous.arn);
    },
  };
}
