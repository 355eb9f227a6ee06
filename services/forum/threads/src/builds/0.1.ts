/** The workshop's second version: one thread more. */
import { runMicroservice } from '../../../lib/src/microservice.ts';
import { V0_1_DATA } from '../versions.ts';

void runMicroservice('threads', { build: '0.1', data: V0_1_DATA });
