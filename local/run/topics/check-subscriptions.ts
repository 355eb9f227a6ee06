/** Policies of topics and subscriptions, read before anything is made: filters, retries, dead-letter queues. Pure. */
import type { Problem } from '../../errors.ts';
import type { Topology } from '../../topology.ts';
import { parseDeliveryPolicy } from './delivery-policy.ts';
import { parseFilterPolicy } from './filter-policy.ts';

/** Every problem of every policy, as the topics themselves would tell it when they are made. */
export function checkSubscriptions({ topics, subscriptions }: Pick<Topology, 'topics' | 'subscriptions'>): Problem[] {
  const problems: Problem[] = [];
  for (const { address, deliveryPolicy } of topics) parseDeliveryPolicy(deliveryPolicy, 'topic', { address, problems });
  for (const { address, deliveryPolicy, filterPolicy, filterPolicyScope } of subscriptions) {
    parseDeliveryPolicy(deliveryPolicy, 'subscription', { address, problems });
    parseFilterPolicy(filterPolicy, filterPolicyScope, { address, problems });
  }
  return problems;
}
