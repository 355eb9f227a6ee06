/** Holds the mix that is sent, and moves it to the next one as soon as the plane can serve that. */
import type { Status } from '../../local/status.ts';
import type { Mix } from '../systems.ts';
import type { ServedRoute } from './control-server.ts';
import { pathsNotReady, topicFor } from './decide-mix.ts';

export class MixKeeper {
  readonly #throughTopics: boolean;
  readonly #serve: (routes: readonly ServedRoute[]) => void;
  #current: Mix;
  #next: Mix | null = null;
  #notReady: string[] = [];

  /** @param serve takes the routes of a new mix to the load */
  constructor(first: Mix, throughTopics: boolean, serve: (routes: readonly ServedRoute[]) => void) {
    this.#current = first;
    this.#throughTopics = throughTopics;
    this.#serve = serve;
  }

  /** The mix to move to when it can be served. */
  await(next: Mix): void {
    this.#next = next;
  }

  /** Why the awaited mix is not sent yet; empty where nothing is awaited. */
  get waitingFor(): readonly string[] {
    return this.#next ? this.#notReady : [];
  }

  get isWaiting(): boolean {
    return this.#next !== null;
  }

  /** Every status comes by here. */
  observe(status: Status): void {
    if (!this.#next) return;
    this.#notReady = pathsNotReady(status, this.#current, this.#next, this.#throughTopics);
    if (this.#notReady.length > 0) return;
    this.#current = this.#next;
    this.#next = null;
    this.#serve(servedRoutes(this.#current, status));
  }
}

export function servedRoutes(mix: Mix, status: Status): ServedRoute[] {
  return mix.map((route) => ({ ...route, topicArn: topicFor(status, route.path) }));
}
