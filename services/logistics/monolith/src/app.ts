/**
 * The Interstella monolith. One factory; each file in `builds/` is one version of it. During the cutover its parts move
 * out: first iridium, then magnesite, until only `/fulfill/` is left.
 */
import {
  type BodyHandler,
  createDownstream,
  createIntake,
  healthHandler,
  type Items,
  keysEqual,
  type Order,
  RESOURCES,
  type Resource,
  readFulfilment,
  runService,
  type ServiceContext,
  ServiceError,
  sendJson,
  sendText,
} from '../../../kit/src/index.ts';
import { fulfil } from '../../../kit/src/orders/fulfil.ts';
import { gather } from '../../../kit/src/orders/gather.ts';
import { settings } from './config.ts';

/** What a version of the monolith can do. */
export interface Features {
  /** The version's name: the image's tag. */
  readonly build: string;
  /** Resources gathered here, in this order; the others have moved to services of their own. */
  readonly gathers: readonly Resource[];
  /** Whether `POST /order/` is served. */
  readonly orders: boolean;
}

type Context = ServiceContext<typeof settings>;

/** Runs the process until SIGTERM. */
export function runMonolith(features: Features, before?: (context: Context) => void): Promise<void> {
  return runService({
    name: 'monolith',
    build: features.build,
    settings,
    setUp: (context) => {
      before?.(context);
      return setUp(context, features);
    },
  });
}

function setUp(context: Context, features: Features): () => Promise<void> {
  const { config, log, service } = context;
  const intake = createIntake(config, log);
  const hq = createDownstream({
    baseUrl: config.FULFILLMENT_API_ENDPOINT,
    name: 'the fulfilment API',
    connections: config.FULFILLMENT_CONNECTIONS,
    deadlineMs: config.FULFILLMENT_TIMEOUT_MS,
    retries: config.FULFILLMENT_RETRIES,
    headers: { 'x-api-key': config.FULFILLMENT_API_KEY },
  });
  const send = (request: { messageId: string; items: Items; source: string }, trace: string): Promise<void> =>
    fulfil(request, { downstream: hq, path: '/orders', trace, log, done: 'Bundle fulfilled' });

  const order = async (exchange: Parameters<BodyHandler>[0], { messageId, items }: Order): Promise<void> => {
    refuseMovedOut(items, features);
    const gathered = await gather(items, { resources: features.gathers, gatherMs: config.GATHER_MS, log });
    await send({ messageId, items: gathered, source: 'monolith' }, exchange.trace);
    sendText(exchange.res, 200, 'Your order has been fulfilled');
  };

  service.get('/', healthHandler({ service, name: 'monolith', build: features.build, hello: HELLO }));
  service.post('/order/', features.orders ? intake.handler(order) : refuseOrders);
  // The integration hook of the workshop's microservices: they have gathered, the monolith fulfils.
  service.post('/fulfill/', async (exchange, body) => {
    refuseStranger(exchange.req.headers['x-fulfill-key'], config.FULFILL_KEY);
    const request = readFulfilment(body);
    exchange.messageId = request.messageId;
    await send(request, exchange.trace);
    sendJson(exchange.res, 200, { messageId: request.messageId, status: 'fulfilled' });
  });

  return async () => {
    await Promise.all([intake.close(), hq.close()]);
  };
}

const HELLO = 'Interstella GTC logistics: POST orders to /order/';

const refuseOrders: BodyHandler = async () => {
  throw movedOut(RESOURCES);
};

/** An order for what this version does not gather any more has another address. */
function refuseMovedOut(items: Items, features: Features): void {
  const gone = RESOURCES.filter((resource) => items[resource] && !features.gathers.includes(resource));
  if (gone.length > 0) throw movedOut(gone);
}

function movedOut(resources: readonly Resource[]): ServiceError {
  const paths = resources.map((resource) => `/${resource}/`).join(' and ');
  return new ServiceError('MOVED_OUT', 'this order is not taken here any more', { fix: `send it to ${paths}` });
}

function refuseStranger(given: string | string[] | undefined, key: string): void {
  if (key === '') return;
  if (typeof given !== 'string') throw new ServiceError('API_KEY_MISSING', 'x-fulfill-key is missing');
  if (!keysEqual(given, key)) throw new ServiceError('API_KEY_INVALID', 'x-fulfill-key is not the right one');
}
