/** The monolith before the move. */
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'latest' });
