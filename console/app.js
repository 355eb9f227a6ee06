/** The console: draws the plane's status every second and its events as they come. Reads only; text is never markup. */
import { balancer, targets } from './balancers.js';
import { alarms, deployments } from './blue-green.js';
import { byId, fill, say, stopAtScrollers } from './dom.js';
import { followEvents } from './events.js';
import { absent, present } from './presence.js';
import { restApis } from './rest-apis.js';
import { instance, service } from './services.js';

const POLL_MS = 1000;
/** A plane that is stopped takes connections and says nothing. */
const PATIENCE_MS = 5000;

function draw(status) {
  const stage = status.stage ? `stage ${status.stage} · ` : '';
  const summary = byId('summary');
  say(summary, `${stage}${status.state} · clock rate ${status.clockRate} · AWS endpoint ${status.endpoints.aws}`);
  summary.className = status.state === 'failed' ? 'bad' : 'soft';
  fill('services', status.services.map(service), 'No service runs.');
  fill('deployments', deployments(status), 'Nothing is deployed blue/green.');
  fill('alarms', alarms(status.alarms), 'No alarm.');
  fill('balancers', status.loadBalancers.map(balancer), 'No load balancer.');
  fill('rest-apis', restApis(status.restApis, status.usagePlans), 'No REST API.');
  fill('targets', targets(status.targetGroups), 'No target is registered.');
  fill('instances', status.instances.map(instance), 'No instance; Fargate tasks need none.');
  stopAtScrollers();
}

async function poll() {
  try {
    const response = await fetch('/api/status', { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const status = await response.json();
    draw(status);
    present(status.state);
  } catch (error) {
    // To whoever reads the browser's log: a page that cannot draw says the same as a plane that is down.
    console.warn(error);
    absent();
  }
  setTimeout(poll, POLL_MS);
}

poll();
followEvents();
