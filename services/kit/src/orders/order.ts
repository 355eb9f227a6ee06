/** What an order asks for. */
import { type FieldProblem, ServiceError } from '../errors.ts';

export const RESOURCES = ['iridium', 'magnesite'] as const;
export type Resource = (typeof RESOURCES)[number];
export type Item = Resource | 'bundle';

/** Item → quantity, 1 … 1,000,000. A bundle is one of each resource that the service gathers. */
export type Items = { readonly [K in Item]?: number };

const MAX_QUANTITY = 1_000_000;
const ITEMS: readonly string[] = [...RESOURCES, 'bundle'];

/**
 * Reads quantities: whole numbers, also as text, as the workshop writes `{"bundle":"1"}`.
 * @throws ServiceError ORDER_INVALID naming every bad key
 */
export function readItems(order: Readonly<Record<string, unknown>>): Items {
  const items: Record<string, number> = {};
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries(order)) {
    const quantity = quantityOf(value);
    if (!ITEMS.includes(key)) problems.push({ path: key.slice(0, 64), rule: `one of ${ITEMS.join(', ')}` });
    else if (quantity === null) problems.push({ path: key, rule: `a whole number from 1 to ${MAX_QUANTITY}` });
    else items[key] = quantity;
    if (problems.length > 10) break;
  }
  if (Object.keys(order).length === 0) problems.push({ path: '', rule: `at least one of ${ITEMS.join(', ')}` });
  if (problems.length > 0) throw new ServiceError('ORDER_INVALID', 'the order is not valid', { problems });
  return items;
}

function quantityOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^[1-9]\d{0,6}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MAX_QUANTITY
    ? number
    : null;
}
