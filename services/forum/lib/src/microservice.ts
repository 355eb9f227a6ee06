/** A service that took one class of objects over from the monolith: `/`, `/api`, and the paths of its class. */
import type { ForumData } from './data.ts';
import type { ForumClass, Greeting } from './routes.ts';
import { type ForumContext, runForum } from './run-forum.ts';

/** The workshop's three microservices answer the same two texts, each of which names users. */
const GREETING: Greeting = {
  root: 'Microservices Ready to receive requests',
  api: 'Microservices API ready to receive requests for users',
};

/** Runs until SIGTERM. */
export function runMicroservice(
  forumClass: ForumClass,
  version: { readonly build: string; readonly data?: ForumData },
  before?: (context: ForumContext) => void,
): Promise<void> {
  return runForum({ name: forumClass, classes: [forumClass], greeting: GREETING, ...version }, before);
}
