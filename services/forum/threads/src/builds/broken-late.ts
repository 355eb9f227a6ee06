/** Broken on purpose, for drills: good enough for a test of a few requests, and answers 500 from the 101st on. */
import { runMicroservice } from '../../../lib/src/microservice.ts';
import { failing } from '../failing.ts';

void runMicroservice('threads', { build: 'broken-late' }, failing(100));
