/** What services import. */
export { AnswerTaker } from './answer-taker.ts';
export { parseJsonObject } from './body.ts';
export {
  type BadVariable,
  baseUrl,
  type ConfigOf,
  type CrossCheck,
  flag,
  from,
  integer,
  list,
  oneOf,
  type Setting,
  text,
} from './config.ts';
export { type Answer, createDownstream, type Downstream } from './downstream.ts';
export { ServiceError } from './errors.ts';
export type { Exchange, RequestFacts } from './exchange.ts';
export type { ServiceHeaders } from './headers.ts';
export { type HealthReport, healthHandler } from './health.ts';
export { anyKeyEquals, keysEqual } from './keys.ts';
export type { Log } from './log.ts';
export { fulfil } from './orders/fulfil.ts';
export { type FulfilmentRequest, readFulfilment } from './orders/fulfilment.ts';
export { gather } from './orders/gather.ts';
export { createIntake, type Intake, type Order } from './orders/intake.ts';
export { type Item, type Items, RESOURCES, type Resource, readItems } from './orders/order.ts';
export { type PreparedReply, prepareJson, prepareText, sendPrepared } from './prepared.ts';
export { sendError, sendJson, sendText } from './reply.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run.ts';
export type { BodyHandler, Handler, HttpOptions, HttpService } from './server.ts';
export { type ServiceConfig, type SnsConfig, serviceSettings, snsSettings } from './settings.ts';
export { Pool } from './undici.ts';
