/** The workshop's second image: iridium has moved to its own service. */
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'noiridium', gathers: ['magnesite'], orders: true });
