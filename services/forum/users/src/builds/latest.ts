/** The forum's users as a service of their own. */
import { runMicroservice } from '../../../lib/src/microservice.ts';

void runMicroservice('users', { build: 'latest' });
