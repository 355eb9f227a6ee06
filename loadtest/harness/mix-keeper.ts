/** Holds the mix that is sent, and moves it to the next one as soon as the plane can serve that. */
import type { Status } from '../../local/status.ts';
import type { Mix, System } from '../systems.ts';
import type { ServedRoute } from './control-server.ts';
import { pathsNotReady, topicFor } from './decide-mix.ts';

export interface MixKeeperOptions {
  readonly system: System;
  readonly first: Mix;
  readonly throughTopics: boolean;
  /** Takes the routes of a new mix to the load. */
  serve(routes: readonly ServedRoute[]): void;
}

export class MixKeeper {
  readonly #options: MixKeeperOptions;
  #current: Mix;
  #next: Mix | null = null;
  #notReady: string[] = [];

  constructor(options: MixKeeperOptions) {
    this.#options = options;
    this.#current = options.first;
  }

  /** The mix to move to when it can be served; nothing to wait for where it is the one that is sent. */
  await(next: Mix): void {
    this.#next = next === this.#current ? null : next;
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
    const { system, throughTopics, serve } = this.#options;
    this.#notReady = pathsNotReady(status, { system, current: this.#current, next: this.#next, throughTopics });
    if (this.#notReady.length > 0) return;
    this.#current = this.#next;
    this.#next = null;
    serve(servedRoutes(this.#current, status));
  }
}

export function servedRoutes(mix: Mix, status: Status): ServedRoute[] {
  return mix.map((route) => ({ ...route, topicArn: topicFor(status, route.path) }));
}
