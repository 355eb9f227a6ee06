/** The forum's posts as a service of their own. */
import { runMicroservice } from '../../../lib/src/microservice.ts';

void runMicroservice('posts', { build: 'latest' });
