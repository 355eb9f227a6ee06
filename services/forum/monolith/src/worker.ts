/** One worker of the monolith: the whole forum in a process. */
import { runForum } from '../../lib/src/run-forum.ts';
import type { Version } from './app.ts';

/** The workshop's texts before and after the monolith is put into a container. */
const ON_A_SERVER = { root: 'Ready to receive requests', api: 'API ready to receive requests' };
const ON_ECS = {
  root: 'Ready to receive requests while running on ECS',
  api: 'API now running on ECS and ready to receive requests',
};

/** Runs until SIGTERM. */
export function runWorker(version: Version): Promise<void> {
  // ECS gives every container this variable (ECS task-metadata-endpoint-v4).
  const greeting = process.env['ECS_CONTAINER_METADATA_URI_V4'] ? ON_ECS : ON_A_SERVER;
  return runForum({ ...version, classes: ['users', 'threads', 'posts'], greeting, sharesStdout: true });
}
