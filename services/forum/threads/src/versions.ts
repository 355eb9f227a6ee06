/** The data of the service's versions: each has one thread more than the one before. */
import { DEFAULT_DATA, withThread } from '../../lib/src/data.ts';

export const V0_1_DATA = withThread(DEFAULT_DATA, {
  title: 'Swarm season: call me before you call anyone',
  createdBy: 5,
});
export const V2_DATA = withThread(V0_1_DATA, { title: 'Last train on Sunday leaves ten minutes early', createdBy: 4 });
