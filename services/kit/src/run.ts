/** Starts a service as a process: settings, logs, listener, signals, exit code. */
import { ConfigError, type ConfigOf, type CrossCheck, readConfig, type Settings } from './config.ts';
import { drain } from './drain.ts';
import { createLog, type Log } from './log.ts';
import { createHttpService, type HttpOptions, type HttpService } from './server.ts';
import type { ServiceConfig } from './settings.ts';

export interface ServiceContext<S extends Settings> {
  readonly config: ConfigOf<S>;
  readonly log: Log;
  readonly service: HttpService;
}

export interface ServiceDefinition<S extends Settings> {
  readonly name: string;
  readonly build: string;
  readonly settings: S;
  readonly check?: CrossCheck<S>;
  /** Headers and access lines. */
  readonly http?: HttpOptions;
  /** Several processes write to this stdout: see {@link createLog}. Default: false. */
  readonly sharesStdout?: boolean;
  /** Registers routes; what it returns is awaited after the drain (pools, stores). */
  readonly setUp: (context: ServiceContext<S>) => Promise<() => Promise<void>> | (() => Promise<void>);
}

/**
 * Runs until SIGTERM or SIGINT. Exit codes: 0 after a clean drain; 1 where a setting is bad, the address cannot be
 * listened on, requests were cut off by the drain's bound, or a bug ended the process.
 */
export async function runService<S extends Settings>(definition: ServiceDefinition<S>): Promise<void> {
  const config = configOrExit(definition);
  const limits = config as unknown as ServiceConfig;
  const { build, sharesStdout: shared } = definition;
  const log = createLog({ service: definition.name, build, level: limits.LOG_LEVEL, shared });
  exitOnBugs(log);
  const service = createHttpService(limits, log, definition.http);
  try {
    const tearDown = await definition.setUp({ config, log, service });
    // Before anybody can see it listen: who sees that may send SIGTERM.
    stopOnSignals({ service, log, limits, tearDown });
    const { address, port } = await service.listen();
    log.logger.info({ event: 'listening', address, port, bootMs: Math.round(process.uptime() * 1_000) });
  } catch (error) {
    log.logger.fatal({ event: 'start-failed', err: error });
    await log.flush();
    process.exit(1);
  }
}

function configOrExit<S extends Settings>(definition: ServiceDefinition<S>): ConfigOf<S> {
  try {
    const { name: service, settings, check } = definition;
    return readConfig({ service, settings, env: process.env, check });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function stopOnSignals(parts: {
  service: HttpService;
  log: Log;
  limits: ServiceConfig;
  tearDown: () => Promise<void>;
}): void {
  const { service, log, limits, tearDown } = parts;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // The drain is bounded already: a second signal changes nothing, and cuts no order off.
    if (service.draining) return void log.logger.info({ event: 'already-draining', signal });
    log.logger.info({ event: 'draining', signal, inFlight: service.running });
    const cut = await drain(service, { timeoutMs: limits.DRAIN_TIMEOUT_MS, idleMs: limits.DRAIN_IDLE_MS });
    const clean = cut.requests === 0 && cut.connections === 0;
    if (!clean) log.logger.error({ event: 'cut-off', ...cut, afterMs: limits.DRAIN_TIMEOUT_MS });
    await tearDown().catch((error: unknown) => log.logger.error({ event: 'tear-down-failed', err: error }));
    log.logger.info({ event: 'stopped', clean });
    await log.flush();
    process.exit(clean ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

function exitOnBugs(log: Log): void {
  const die = (error: unknown): never => {
    log.logger.fatal({ event: 'crashed', err: error });
    log.flushSync();
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
