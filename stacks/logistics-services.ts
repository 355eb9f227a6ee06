/** Names, ports, paths and topics of the logistics services, as the workshop gives them. */
import type { LogisticsMicroservice } from './stages.ts';

/** Listens on 5000 in its container; its target group has that port too. */
export const MONOLITH = {
  port: 5000,
  /** The workshop's log shows GET / as the load balancer's health checks. */
  healthPath: '/',
  orderPath: '/order/',
  topic: 'Orders',
} as const;

export interface MicroserviceFacts {
  readonly port: number;
  readonly priority: number;
  readonly pathPattern: string;
  /** With the trailing slash, "needed for health checks to be successful". */
  readonly healthPath: string;
  /** Where its topic delivers. */
  readonly orderPath: string;
  readonly topic: 'Iridium' | 'Magnesite';
}

export const MICROSERVICES: Readonly<Record<LogisticsMicroservice, MicroserviceFacts>> = {
  iridium: {
    port: 80,
    priority: 1,
    pathPattern: '/iridium*',
    healthPath: '/iridium/',
    orderPath: '/iridium/',
    topic: 'Iridium',
  },
  magnesite: {
    port: 80,
    priority: 2,
    pathPattern: '/magnesite*',
    healthPath: '/magnesite/',
    orderPath: '/magnesite/',
    topic: 'Magnesite',
  },
};

/** The fulfilment API of Interstella HQ, behind a load balancer of its own. */
export const HQ = {
  port: 80,
  healthPath: '/health',
  /** What clients call, with their API key. */
  routes: [
    { method: 'POST', path: '/orders' },
    { method: 'GET', path: '/orders/{messageId}' },
  ],
} as const;

/** Every service that has an image: the keys of CUTOVER_TAGS. */
export const LOGISTICS_SERVICES = ['monolith', 'iridium', 'magnesite', 'hq'] as const;
export type LogisticsService = (typeof LOGISTICS_SERVICES)[number];

export const LOGISTICS_TOPICS = [MONOLITH.topic, MICROSERVICES.iridium.topic, MICROSERVICES.magnesite.topic] as const;
export type LogisticsTopic = (typeof LOGISTICS_TOPICS)[number];

/** Where HQ publishes how to reach it; the only thing the other stacks know of it. */
export function fulfilmentParameters(environmentName: string): { readonly endpoint: string; readonly apiKey: string } {
  return {
    endpoint: `/${environmentName}/fulfillment-api-endpoint`,
    apiKey: `/${environmentName}/fulfillment-api-key`,
  };
}

/** Where the key of the monolith's /fulfill/ is kept: iridium and magnesite send it. */
export function fulfillKeyParameter(environmentName: string): string {
  return `/${environmentName}/fulfill-key`;
}
