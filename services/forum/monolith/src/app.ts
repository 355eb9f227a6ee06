/** The forum monolith: one file that is the primary process or, started by it, one of its workers. */
import cluster from 'node:cluster';
import type { ForumData } from '../../lib/src/data.ts';
import { runPrimary } from './cluster/primary.ts';

/** A version of the monolith. */
export interface Version {
  /** `api`, as the workshop calls the image. */
  readonly name: string;
  /** The image's tag. */
  readonly build: string;
  /** Default: the data of every build. */
  readonly data?: ForumData;
}

/** Runs until SIGTERM. */
export async function runMonolith(version: Omit<Version, 'name'>): Promise<void> {
  const named = { name: 'api', ...version };
  if (cluster.isPrimary) runPrimary(named);
  else (await import('./worker.ts')).runWorker(named);
}
