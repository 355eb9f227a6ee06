/** Interstella HQ: the fulfilment API. Every order once, by its MessageId. */
import {
  anyKeyEquals,
  type Exchange,
  healthHandler,
  readFulfilment,
  runService,
  type ServiceContext,
  ServiceError,
  sendJson,
} from '../../../kit/src/index.ts';
import { check, chooseStore, settings } from './config.ts';
import { startEmbeddedStore } from './embedded.ts';
import { createOrderStore, type OrderStore } from './store.ts';

const HELLO = 'Interstella GTC fulfilment API: POST /orders with x-api-key';

/** Runs the process until SIGTERM. */
export function runHq(build: string): Promise<void> {
  return runService({
    name: 'hq',
    build,
    settings,
    check,
    setUp: async (context) => {
      const { store, close } = await openStore(context);
      addRoutes(context, { store, build });
      return close;
    },
  });
}

type Context = ServiceContext<typeof settings>;

async function openStore({ config, log }: Context): Promise<{ store: OrderStore; close: () => Promise<void> }> {
  const choice = chooseStore(config);
  const embedded =
    choice.kind === 'embedded' ? await startEmbeddedStore({ path: choice.path, table: config.ORDERS_TABLE }) : null;
  log.logger.info({ event: 'store', ...choice, table: config.ORDERS_TABLE });
  const place = embedded ?? (choice.kind === 'dynamodb' ? choice : { region: 'us-east-1' });
  const store = createOrderStore({ table: config.ORDERS_TABLE, timeoutMs: config.ORDERS_TIMEOUT_MS, ...place });
  return {
    store,
    close: async () => {
      store.close();
      await embedded?.close();
    },
  };
}

function addRoutes({ config, log, service }: Context, { store, build }: { store: OrderStore; build: string }): void {
  const health = { service, name: 'hq', build };
  service.get('/', healthHandler({ ...health, hello: HELLO }));
  service.get('/health', healthHandler({ ...health, check: () => store.health() }));

  service.post('/orders', async (exchange, body) => {
    refuseStranger(exchange, config.API_KEYS);
    const request = readFulfilment(body);
    const { messageId } = request;
    exchange.messageId = messageId;
    const status = await store.putOnce(request);
    // One line for each effect: the ledger counts them to find orders that were fulfilled twice.
    if (status === 'fulfilled') {
      log.logger.info({ event: 'order.fulfilled', messageId, source: request.source, trace: exchange.trace });
    }
    sendJson(exchange.res, 200, { messageId, status });
  });

  service.get('/orders/:messageId', async (exchange) => {
    refuseStranger(exchange, config.API_KEYS);
    const { messageId = '' } = (exchange.req as unknown as { params: { messageId?: string } }).params;
    if (!/^[A-Za-z0-9-]{1,100}$/.test(messageId)) {
      throw new ServiceError('BAD_REQUEST', 'a MessageId has 1 to 100 letters, digits and hyphens');
    }
    const order = await store.get(messageId);
    if (!order) throw new ServiceError('NOT_FOUND', 'no order has this MessageId');
    const { MessageId, Items, Source, FulfilledAt } = order;
    sendJson(exchange.res, 200, {
      messageId: MessageId,
      status: 'fulfilled',
      items: Items,
      source: Source,
      fulfilledAt: FulfilledAt,
    });
  });
}

function refuseStranger(exchange: Exchange, keys: readonly string[]): void {
  const given = exchange.req.headers['x-api-key'];
  if (typeof given !== 'string' || given === '') {
    throw new ServiceError('API_KEY_MISSING', 'x-api-key is missing', { fix: 'send your API key in x-api-key' });
  }
  if (!anyKeyEquals(given, keys)) throw new ServiceError('API_KEY_INVALID', 'x-api-key is not a key of ours');
}
