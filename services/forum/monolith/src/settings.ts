/** The monolith's settings: the forum's, and the cluster's. */
import { availableParallelism } from 'node:os';
import { integer } from '../../../kit/src/config.ts';
import { forumSettings } from '../../lib/src/settings.ts';

const MAX_WORKERS = 128;

export const settings = {
  ...forumSettings(),
  /** Default: one for each core that the process may use. */
  WORKERS: integer({
    min: 1,
    max: MAX_WORKERS,
    default: Math.min(availableParallelism(), MAX_WORKERS),
    unit: 'processes',
  }),
};
