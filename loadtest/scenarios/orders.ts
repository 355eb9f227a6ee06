/** Question: does every order that is sent straight at the load balancer get fulfilled, once, in time? */
import exec from 'k6/execution';
import http from 'k6/http';
import { nextOrder } from './lib/control.ts';
import { loadOptions, readPlan } from './lib/options.ts';
import { ended, told } from './lib/outcome.ts';
import { summaryFile } from './lib/summary.ts';
import { refuseDeadTarget } from './lib/target.ts';

const plan = readPlan();

export const options = loadOptions(plan);

export function setup(): void {
  refuseDeadTarget(`${plan.baseUrl}/`, plan.profile.timeoutSeconds);
}

export function order(): void {
  const next = nextOrder(plan, exec.scenario.iterationInTest);
  if (!next) return;
  const { messageId: id, path, body } = next;
  told(id, path);
  const response = http.post(plan.baseUrl + path, body, {
    timeout: `${plan.profile.timeoutSeconds}s`,
    redirects: 0,
    tags: { kind: 'order', name: path },
    headers: {
      'Content-Type': plan.signed ? 'text/plain; charset=UTF-8' : 'application/json',
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': id,
    },
  });
  ended(id, response as never);
}

export function handleSummary(data: never): Record<string, string> {
  return summaryFile(plan, data);
}
