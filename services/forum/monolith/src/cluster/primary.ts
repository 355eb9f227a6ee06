/**
 * The cluster's primary process: checks the settings once for all, starts a worker per core, passes connections on to
 * them in turn (Node's round robin), and ends with them. It loads no more than that takes: workers start beside it.
 */
import { ConfigError, type ConfigOf, readConfig } from '../../../../kit/src/config.ts';
import { createLog } from '../../../../kit/src/log.ts';
import { checkDataFile } from '../../../lib/src/load-data.ts';
import { settings } from '../settings.ts';
import { startWorkers, type Workers } from './workers.ts';

/** Longer than the workers' own bound, so that it is they who say what was cut off. */
const GRACE_MS = 2_000;

/**
 * Runs until SIGTERM or SIGINT. Exit codes: 0 where every worker ended cleanly; 1 where a setting is bad, no worker
 * comes up, or a worker had to be cut off. Workers end with a primary that is killed: Node disconnects them.
 */
export function runPrimary(version: { readonly name: string; readonly build: string }): void {
  const config = configOrExit(version.name);
  const log = createLog({ service: version.name, build: version.build, level: config.LOG_LEVEL, shared: true });
  let workers: Workers | undefined;
  let stopping = false;
  const stop = async (reason: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.logger.info({ event: 'stopping', reason, workers: workers?.size });
    const clean = (await workers?.stop(config.DRAIN_TIMEOUT_MS + GRACE_MS)) ?? true;
    log.logger.info({ event: 'stopped', clean });
    await log.flush();
    process.exit(clean && reason !== HOPELESS ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
  workers = startWorkers({ count: config.WORKERS, log, onHopeless: () => void stop(HOPELESS) });
  log.logger.info({ event: 'leading', pid: process.pid, workers: config.WORKERS });
}

const HOPELESS = 'no worker comes up';

function configOrExit(service: string): ConfigOf<typeof settings> {
  try {
    return readConfig({ service, settings, env: process.env, check: checkDataFile });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
