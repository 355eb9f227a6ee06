/**
 * Question: are dynamic host ports used, and do all of them serve? The traffic is that of `orders`; the harness reads
 * the ports from the plane and each target's requests from the load balancer.
 */
export { handleSummary, options, order, setup } from './orders.ts';
