/** What an order looks like in each system, stage by stage, as data: paths, messages, and where the ledger reads. */

/** One way for an order to come in. */
export interface OrderRoute {
  /** Path at the load balancer; also the path of the SNS subscription's endpoint. */
  readonly path: string;
  /** Share relative to the other routes of the mix. */
  readonly weight: number;
  /** The order, as the `Message` of the SNS envelope carries it (JSON text). */
  readonly message: Readonly<Record<string, number | string>>;
}

export type Mix = readonly OrderRoute[];

export interface System {
  readonly name: string;
  /** Stages in the order of the move. */
  readonly stages: readonly string[];
  /** Stages that are the same system as the stage before under another name. */
  readonly sameAsBefore: readonly string[];
  /** Stage → how its orders come in. */
  readonly mixes: Readonly<Record<string, Mix>>;
  readonly ledger: {
    /** The order table's name ends like this; its hash key is `keyAttribute`. */
    readonly tableSuffix: string;
    readonly keyAttribute: string;
    /** `event` of the JSON log line that is written each time an order is fulfilled. */
    readonly fulfilledEvent: string;
  };
}

const BUNDLE: OrderRoute = { path: '/order/', weight: 1, message: { bundle: '1' } };
const IRIDIUM: OrderRoute = { path: '/iridium/', weight: 1, message: { iridium: 1 } };
const MAGNESITE: OrderRoute = { path: '/magnesite/', weight: 1, message: { magnesite: 1 } };

export const LOGISTICS: System = {
  name: 'logistics',
  stages: ['monolith', 'containers', 'strangler', 'microservices'],
  sameAsBefore: ['containers'],
  mixes: {
    monolith: [BUNDLE],
    containers: [BUNDLE],
    strangler: [BUNDLE, IRIDIUM],
    microservices: [IRIDIUM, MAGNESITE],
  },
  ledger: { tableSuffix: '-orders', keyAttribute: 'MessageId', fulfilledEvent: 'order.fulfilled' },
};

export const SYSTEMS: Readonly<Record<string, System>> = { logistics: LOGISTICS };

/** Any path may be aimed at with `./cutover load --path`; its message is then that of the route that shares it, else a bundle. */
export function routeFor(path: string): OrderRoute {
  return [BUNDLE, IRIDIUM, MAGNESITE].find((route) => route.path === path) ?? { ...BUNDLE, path };
}
