/** The next version of the monolith: one thread more. */
import { DEFAULT_DATA, withThread } from '../../../lib/src/data.ts';
import { runMonolith } from '../app.ts';

void runMonolith({
  build: 'v2',
  data: withThread(DEFAULT_DATA, { title: 'The notice board moves to the new town hall', createdBy: 1 }),
});
