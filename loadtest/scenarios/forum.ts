/** Question: does every path of the forum go on answering as it should, whoever serves it, and which version did? */
import exec from 'k6/execution';
import http from 'k6/http';
import { BROWSE, type BrowseRoute } from '../systems.ts';
import { failedCheck } from './lib/answers.ts';
import { nextRoute } from './lib/control.ts';
import { type ForumIds, firstRead, idFor } from './lib/ids.ts';
import { BROWSING, loadOptions, readPlan } from './lib/options.ts';
import { answered, asked } from './lib/request-lines.ts';
import { summaryFile } from './lib/summary.ts';

const plan = readPlan();
const ROUTES = new Map<string, BrowseRoute>(BROWSE.map((route) => [route.path, route]));

export const options = loadOptions(plan, BROWSING);

export function setup(): ForumIds {
  return firstRead(plan);
}

export function browse(ids: ForumIds): void {
  const iteration = exec.scenario.iterationInTest;
  const served = nextRoute(plan, iteration);
  const route = served && ROUTES.get(served.path);
  if (!route) return;
  const id = idFor(route.path, ids, iteration);
  // Nothing to ask for by id: this data file has no object of that class.
  if (id === null) return;
  asked(iteration, route.path);
  const response = http.get(plan.baseUrl + id.path, {
    timeout: `${plan.profile.timeoutSeconds}s`,
    redirects: 0,
    tags: { kind: 'browse', name: route.path },
  });
  answered(iteration, response as never, failedCheck(route, id.value, response as never));
}

export function handleSummary(data: never): Record<string, string> {
  return summaryFile(plan, data);
}
