/** The harness's word to the virtual users: which paths to send to, and when to end. */
import exec from 'k6/execution';
import http from 'k6/http';
import type { LoadPlan } from './options.ts';

/** One way in, as the harness serves it. */
export interface ServedRoute {
  readonly path: string;
  readonly weight: number;
  /** Of an order. */
  readonly message?: Readonly<Record<string, number | string>>;
  /** For `publish`. */
  readonly topicArn: string | null;
}

interface Control {
  readonly routes: readonly ServedRoute[];
  readonly stop: boolean;
}

// Each virtual user has its own copy of module state.
let control: Control | null = null;
let fetchedAtMs = 0;

/** The route of the iteration, or null when the load is over. Asks again when what is known is too old. */
export function nextRoute(plan: LoadPlan, iteration: number): ServedRoute | null {
  if (control === null || Date.now() - fetchedAtMs >= plan.profile.mixMaxAgeMs) refresh(plan);
  if (control === null || control.stop) return null;
  return pick(control.routes, iteration);
}

function refresh(plan: LoadPlan): void {
  const response = http.get(plan.controlUrl, { tags: { kind: 'control' } });
  fetchedAtMs = Date.now();
  // Nobody is left to read the outcomes: a generator without its harness ends itself.
  if (response.status !== 200) exec.test.abort('the harness is gone');
  control = response.json() as unknown as Control;
}

/** Spreads iterations over the routes by weight, evenly: the order of the iterations decides, not chance. */
function pick(routes: readonly ServedRoute[], iteration: number): ServedRoute | null {
  const total = routes.reduce((sum, route) => sum + route.weight, 0);
  let at = iteration % total;
  for (const route of routes) {
    if (at < route.weight) return route;
    at -= route.weight;
  }
  return null;
}
