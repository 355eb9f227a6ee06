/** Question: does every order that is sent straight at the load balancer get fulfilled, once, in time? */
import exec from 'k6/execution';
import http from 'k6/http';
import { nextRoute } from './lib/control.ts';
import { messageId, orderBody } from './lib/envelope.ts';
import { loadOptions, readPlan } from './lib/options.ts';
import { ended, told } from './lib/outcome.ts';
import { summaryFile } from './lib/summary.ts';
import { refuseDeadTarget } from './lib/target.ts';

const plan = readPlan();

export const options = loadOptions(plan);

export function setup(): void {
  refuseDeadTarget(`${plan.baseUrl}/`, plan.profile.timeoutSeconds);
}

export async function order(): Promise<void> {
  const iteration = exec.scenario.iterationInTest;
  const id = messageId(plan.runId, iteration);
  const route = nextRoute(plan, iteration);
  if (!route) return;
  const body = await orderBody(plan, route, id);
  told(id, route.path);
  const response = http.post(plan.baseUrl + route.path, body, {
    timeout: `${plan.profile.timeoutSeconds}s`,
    redirects: 0,
    tags: { kind: 'order', name: route.path },
    headers: {
      'Content-Type': plan.signing ? 'text/plain; charset=UTF-8' : 'application/json',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': id,
    },
  });
  ended(id, response as never);
}

export function handleSummary(data: never): Record<string, string> {
  return summaryFile(plan, data);
}
