/** Broken on purpose, for drills: healthy at `/`, and answers 500 to every request for threads. */
import { runMicroservice } from '../../../lib/src/microservice.ts';
import { failing } from '../failing.ts';

void runMicroservice('threads', { build: 'broken-500' }, failing(0));
