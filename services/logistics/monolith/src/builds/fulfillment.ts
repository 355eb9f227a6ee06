/** What is left at the end: fulfilment for iridium and magnesite. */
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'fulfillment', gathers: [], orders: false });
