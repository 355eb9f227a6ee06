/** The forum's threads as a service of their own. */
import { runMicroservice } from '../../../lib/src/microservice.ts';

void runMicroservice('threads', { build: 'latest' });
