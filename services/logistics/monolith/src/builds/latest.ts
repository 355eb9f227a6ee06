/** The monolith before the move: gathers iridium, then magnesite, and fulfils. */
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'latest', gathers: ['iridium', 'magnesite'], orders: true });
