/** Question: does every order that is published to its SNS topic get fulfilled, once, however often SNS must retry? */
import exec from 'k6/execution';
import http from 'k6/http';
import { nextRoute } from './lib/control.ts';
import { loadOptions, readPlan } from './lib/options.ts';
import { ended, told } from './lib/outcome.ts';
import { signedHeaders } from './lib/sigv4.ts';
import { summaryFile } from './lib/summary.ts';
import { refuseDeadTarget } from './lib/target.ts';

const plan = readPlan();

export const options = loadOptions(plan);

export function setup(): void {
  refuseDeadTarget(`${aws().endpoint}/`, plan.profile.timeoutSeconds);
}

export function order(): void {
  const iteration = exec.scenario.iterationInTest;
  const route = nextRoute(plan, iteration);
  if (!route?.topicArn) return;
  const body = form({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: route.topicArn,
    Message: JSON.stringify(route.message),
  });
  // SNS gives the MessageId; until it has, the order goes by its place in the run.
  const provisional = `unpublished-${iteration}`;
  told(provisional, route.path);
  const response = http.post(`${aws().endpoint}/`, body, {
    timeout: `${plan.profile.timeoutSeconds}s`,
    tags: { kind: 'order', name: 'Publish' },
    headers: signedHeaders(aws(), body, new Date()),
  });
  const id = /<MessageId>([^<]+)<\/MessageId>/.exec(String(response.body ?? ''))?.[1];
  ended(provisional, response as never, id ?? provisional);
}

export function handleSummary(data: never): Record<string, string> {
  return summaryFile(plan, data);
}

function aws(): NonNullable<typeof plan.aws> {
  if (!plan.aws) throw new Error('publish needs the AWS-compatible endpoint in its plan');
  return plan.aws;
}

function form(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
