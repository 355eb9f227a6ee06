/** The harness's word to the virtual users: what to send, which paths to send to, and when to end. */
import exec from 'k6/execution';
import http from 'k6/http';
import type { LoadPlan } from './options.ts';
import { pickRoute } from './pick-route.ts';

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

/** `name`: k6 would make a metric of every address. */
const CONTROL = { kind: 'control', name: 'control' };

// Each virtual user has its own copy of module state.
let control: Control | null = null;
let fetchedAtMs = 0;

/** The route of the iteration, or null when the load is over. Asks again when what is known is too old. */
export function nextRoute(plan: LoadPlan, iteration: number): ServedRoute | null {
  if (control === null || Date.now() - fetchedAtMs >= plan.profile.mixMaxAgeMs) refresh(plan);
  if (control === null || control.stop) return null;
  return pickRoute(control.routes, iteration);
}

function refresh(plan: LoadPlan): void {
  const response = http.get(plan.controlUrl, { tags: CONTROL });
  fetchedAtMs = Date.now();
  if (response.status !== 200) gone();
  control = response.json() as unknown as Control;
}

/** An order to send, as the harness made it. */
export interface ServedOrder {
  readonly messageId: string;
  readonly path: string;
  readonly body: string;
}

/** The order of the iteration, or null when the load is over. */
export function nextOrder(plan: LoadPlan, iteration: number): ServedOrder | null {
  const response = http.get(`${plan.controlUrl}order/${iteration}`, { tags: CONTROL });
  if (response.status === 204) return null;
  if (response.status !== 200) gone();
  const { headers } = response;
  return {
    messageId: String(headers['Order-Id']),
    path: decodeURI(String(headers['Order-Path'])),
    body: String(response.body),
  };
}

/** Nobody is left to read the outcomes: a generator without its harness ends itself. */
function gone(): void {
  exec.test.abort('the harness is gone');
}
