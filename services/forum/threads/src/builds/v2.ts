/** Two threads more than the first version. */
import { runMicroservice } from '../../../lib/src/microservice.ts';
import { V2_DATA } from '../versions.ts';

void runMicroservice('threads', { build: 'v2', data: V2_DATA });
