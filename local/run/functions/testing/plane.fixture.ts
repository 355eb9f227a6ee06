/** A plane to be killed: invokes a function that never ends, prints the pids of its processes, and stays. */
import { join } from 'node:path';
import { createClock } from '../../clock.ts';
import { createEventLog } from '../../events.ts';
import { createLogStore } from '../../logs/logs.ts';
import { createMetricStore } from '../../metrics/store.ts';
import { DEFAULT_PLACE } from '../../place.ts';
import { createProcessRunner } from '../../processes/processes.ts';
import { createRandom } from '../../random.ts';
import { createFunctionRunner } from '../functions.ts';
import { functionOf } from './packages.ts';

const stateDir = process.argv[2] ?? '';
const clock = createClock();
const onWarn = (message: string): void => console.error(message);
const logs = createLogStore({ clock, dir: join(stateDir, 'logs') });
const functions = createFunctionRunner({
  clock,
  random: createRandom(),
  events: createEventLog(clock),
  processes: await createProcessRunner({ clock, stateDir, onWarn }),
  logs,
  metrics: createMetricStore({ clock }),
  addresses: { awsEndpoint: 'http://127.0.0.1:4566', localise: (text) => text },
  dir: join(stateDir, 'functions'),
  place: DEFAULT_PLACE,
});
const source = `exports.handler = () => { process.on('SIGTERM', () => {});
  const child = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  console.log('pids', process.pid, child.pid); setInterval(() => {}, 1e6); return new Promise(() => {}); };`;
const definition = functionOf(join(stateDir, 'zips'), { 'index.js': source }, { timeoutSeconds: 900 });
await functions.handler.put(definition, null, new AbortController().signal);
logs.subscribe((_group, _stream, { message }) => {
  const pids = /pids (\d+ \d+)$/.exec(message)?.[1];
  if (pids) process.stdout.write(`${pids}\n`);
});
void functions.invoke('hook', {});
