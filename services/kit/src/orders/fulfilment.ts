/** The contract of a fulfilment: between iridium, magnesite and the monolith's `/fulfill/`, and between it and HQ. */
import * as z from 'zod/mini';
import { parseJsonObject } from '../body.ts';
import { ServiceError } from '../errors.ts';
import type { Items } from './order.ts';

const quantity = z
  .number('a whole number from 1 to 1000000')
  .check(
    z.int('a whole number'),
    z.minimum(1, 'a whole number from 1 to 1000000'),
    z.maximum(1_000_000, 'a whole number from 1 to 1000000'),
  );

const Fulfilment = z.strictObject({
  messageId: z.string('text').check(z.regex(/^[A-Za-z0-9-]{1,100}$/, '1 to 100 letters, digits and hyphens')),
  items: z
    .strictObject({ iridium: z.optional(quantity), magnesite: z.optional(quantity), bundle: z.optional(quantity) })
    .check(z.refine((items) => Object.keys(items).length > 0, 'at least one item')),
  source: z.string('text').check(z.regex(/^[a-z][a-z0-9-]{0,31}$/, 'the name of the service that gathered')),
});

/** `{messageId, items, source}`: one order that was gathered and is to be fulfilled. */
export interface FulfilmentRequest {
  /** The SNS MessageId: the key that makes repeats one. */
  readonly messageId: string;
  readonly items: Items;
  /** Who gathered: monolith, iridium, magnesite. */
  readonly source: string;
}

/** @throws ServiceError BODY_INVALID or ORDER_INVALID naming every bad field */
export function readFulfilment(body: string): FulfilmentRequest {
  const result = Fulfilment.safeParse(parseJsonObject(body));
  if (result.success) return result.data;
  throw new ServiceError('ORDER_INVALID', 'the fulfilment is not valid', {
    problems: result.error.issues.map((issue) => ({ path: issue.path.join('.'), rule: issue.message })),
  });
}
