/** `./cutover load SCENARIO`: one scenario for a set time, against a plane or any URL. */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CutoverError, type Problem, throwIfAny } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import { LIMITS } from '../limits.ts';
import { PROFILES, type Profile, profileFor } from '../profiles.ts';
import { atClockRate, type Peaks, withPeaks } from '../scale-profiles.ts';
import type { LoadPlan } from '../scenarios/lib/options.ts';
import { BROWSE, FORUM, LOGISTICS, type Mix, routeFor, type System } from '../systems.ts';
import { type GeneratorRecord, RECORD_VERSION, type RunRecord, type ScenarioName } from '../verdict/record.ts';
import { createCpuMeter, createMachineMeter } from './cpu-meter.ts';
import { describeEnvironment } from './environment.ts';
import { createLog, recordLoads } from './load-kinds.ts';
import { loadPlane } from './load-plane.ts';
import { LoadRun } from './load-run.ts';
import { LOAD_TOPIC_ARN, type RunPlan } from './plan.ts';
import type { PlaneClient } from './plane-client.ts';
import { checkProfile } from './rehearse.ts';
import { type RunResult, report } from './report-files.ts';

export interface LoadOptions {
  readonly scenario: string;
  /** Default `rehearsal`. */
  readonly profile?: string;
  /** A load balancer (or, for `publish`, an SNS endpoint): http or https. Default: the running plane. */
  readonly url?: string;
  /** Orders or requests per second, above 0, at most 5,000; replaces the profile's. */
  readonly rate?: number;
  /** `30`, `30s`, `5m` or `1h`, at most one hour; replaces the profile's. */
  readonly duration?: string;
  /** Where the orders go, or which of the forum's paths are asked for. Default: the running stage's mix; `/order/` with `url`. */
  readonly paths?: readonly string[];
  readonly unsigned?: boolean;
  /** PEM file (PKCS #8) and the URL of its certificate, for a deployed system that trusts them. */
  readonly signingKey?: string;
  readonly signingCertUrl?: string;
  /** For `publish` with `url`. */
  readonly topicArn?: string;
  /** Of a profile that is about scaling: tasks and instances that its peak must reach; replace the profile's. */
  readonly peaks?: Peaks;
  readonly reportRoot: string;
}

export interface LoadDeps {
  /** The running plane; only called without `url`. @throws CutoverError PLANE_NOT_RUNNING */
  connectPlane(): Promise<PlaneClient>;
  readonly k6: string;
  readonly clock: Clock;
  progress(line: string): void;
  readonly signal: AbortSignal;
}

/** Options that have been checked, with every default filled in. */
export interface CheckedLoad {
  readonly scenario: ScenarioName;
  readonly system: System;
  readonly profile: Profile;
  readonly seconds: number;
  readonly url: string | null;
  readonly mix: Mix | null;
  readonly options: LoadOptions;
}

const SCENARIOS: readonly string[] = ['orders', 'publish', 'ports', 'forum'] satisfies ScenarioName[];

/** @throws CutoverError BAD_FLAG and others with every problem; TARGET_UNREACHABLE where the target is dead */
export async function load(options: LoadOptions, deps: LoadDeps): Promise<RunResult> {
  const checked = checkLoad(options);
  const record = checked.url === null ? await loadPlane(checked, deps) : await loadUrl(checked, checked.url, deps);
  return report(record, options.reportRoot);
}

/** @throws CutoverError with every problem of the options */
export function checkLoad(options: LoadOptions): CheckedLoad {
  const problems: Problem[] = [];
  const bad = (flag: string, value: unknown, rule: string): void => {
    problems.push({ code: 'BAD_FLAG', address: flag, message: 'not usable', value, rule });
  };
  const system = options.scenario === 'forum' ? FORUM : LOGISTICS;
  const base = profileFor(options.profile ?? 'rehearsal', system.name, false);
  if (!base) bad('--profile', options.profile, `one of ${Object.keys(PROFILES).join(', ')}`);
  if (!SCENARIOS.includes(options.scenario)) bad('SCENARIO', options.scenario, `one of ${SCENARIOS.join(', ')}`);
  const seconds = options.duration === undefined ? base?.durationSeconds : parseDuration(options.duration);
  if (seconds === null)
    bad('--duration', options.duration, `30, 30s, 5m or 1h; at most ${LIMITS.maxDurationSeconds} s`);
  const { rate } = options;
  if (rate !== undefined && !(rate > 0 && rate <= LIMITS.maxRatePerSecond)) {
    bad('--rate', rate, `above 0, at most ${LIMITS.maxRatePerSecond} per second`);
  }
  for (const path of options.paths ?? []) {
    if (!/^\/[!-~]*$/.test(path)) bad('--path', path, 'begins with / and is printable ASCII without spaces');
    else if (system === FORUM && !BROWSE.some((route) => route.path === path)) {
      bad('--path', path, `one of ${BROWSE.map((route) => route.path).join(', ')}`);
    }
  }
  checkTarget(options, bad);
  throwIfAny(problems);
  const profile = withRate(withPeaks(base as Profile, options.peaks), rate, seconds as number);
  checkProfile(profile);
  const url = options.url?.replace(/\/+$/, '') ?? null;
  const mix = mixOf(options, system);
  return { scenario: options.scenario as ScenarioName, system, profile, seconds: seconds as number, url, mix, options };
}

/** Null: that of the stage that runs. */
function mixOf({ paths, url }: LoadOptions, system: System): Mix | null {
  if (system === FORUM) return paths?.length ? BROWSE.filter((route) => paths.includes(route.path)) : BROWSE;
  if (paths?.length) return paths.map(routeFor);
  return url ? [routeFor('/order/')] : null;
}

function checkTarget(options: LoadOptions, bad: (flag: string, value: unknown, rule: string) => void): void {
  const { url, scenario, signingKey, signingCertUrl, unsigned, topicArn } = options;
  if (signingCertUrl !== undefined && !isUrl(signingCertUrl, ['https:']))
    bad('--signing-cert-url', signingCertUrl, 'an https URL');
  if ((signingKey === undefined) !== (signingCertUrl === undefined)) {
    bad('--signing-key', signingKey, '--signing-key and --signing-cert-url go together');
  }
  if (unsigned && signingKey) bad('--unsigned', true, 'not together with --signing-key');
  if (url === undefined) {
    const foreign = { '--signing-key': signingKey, '--topic-arn': topicArn };
    for (const [flag, value] of Object.entries(foreign))
      if (value !== undefined) bad(flag, value, 'for a load that is aimed at a --url: a plane has its own');
    return;
  }
  if (!isUrl(url, ['http:', 'https:'])) bad('--url', url, 'an http or https URL without user, query or fragment');
  if (scenario === 'ports') bad('--url', url, 'the ports scenario reads ports from a plane: leave --url out');
  if (scenario === 'publish' && !topicArn) bad('--topic-arn', topicArn, 'publish to a URL needs the topic');
  if (scenario === 'orders' && !unsigned && !signingKey) {
    bad('--url', url, 'orders to a URL need --signing-key and --signing-cert-url, or --unsigned');
  }
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.includes(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
}

const SECONDS_PER: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** @returns seconds, or null where the text is no duration within bounds */
export function parseDuration(text: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
  if (number === undefined) return null;
  const seconds = Number(number) * (SECONDS_PER[unit || 's'] ?? 1);
  return seconds >= 1 && seconds <= LIMITS.maxDurationSeconds ? seconds : null;
}

/** A rate of one's own is constant. Below the profile's, it begins with fewer users: each takes CPU before it sends. */
function withRate(base: Profile, rate: number | undefined, seconds: number): Profile {
  const profile = { ...base, durationSeconds: seconds, maxSeconds: Math.max(base.maxSeconds, seconds) };
  if (rate === undefined) return profile;
  const { scaling: _, ...constant } = profile;
  const share = Math.min(1, rate / base.ratePerSecond);
  return {
    ...constant,
    startVirtualUsers: Math.ceil(base.startVirtualUsers * share),
    name: `${base.name} at ${rate}/s`,
    summary: `constant ${rate} per second`,
    ratePerSecond: rate,
    steps: [],
  };
}

/** A profile that is about scaling lasts as long as the target's clock makes it, unless the user has named a duration. */
export function atTargetsClock(checked: CheckedLoad, clockRate: number): CheckedLoad {
  const profile = atClockRate(checked.profile, clockRate);
  if (!profile.scaling) return checked;
  const { duration } = checked.options;
  return { ...checked, profile, seconds: duration === undefined ? profile.durationSeconds : checked.seconds };
}

async function loadUrl(given: CheckedLoad, url: string, deps: LoadDeps): Promise<RunRecord> {
  const checked = atTargetsClock(given, 1);
  const { scenario, system, profile, seconds, options } = checked;
  const startedAtMs = deps.clock.wallNow();
  const environment = await describeEnvironment(deps.k6);
  const plan = await urlPlan(checked, url);
  const routes = (checked.mix ?? []).map((route) => ({ ...route, topicArn: options.topicArn ?? null }));
  const log = createLog(scenario);
  const run = await LoadRun.start({ k6: deps.k6, scenario, plan, routes, log, clock: deps.clock });
  const { generator, samples } = await runToEnd(run, { ...deps, what: `${scenario} at ${url} for ${seconds} s` });
  const reason = 'the load was aimed at a URL: the order table cannot be read from there';
  const signed = plan.signing !== null || scenario === 'publish';
  return {
    version: RECORD_VERSION,
    system: system.name,
    target: url,
    startedAtMs,
    endedAtMs: deps.clock.wallNow(),
    clockRate: 1,
    environment,
    ...recordLoads([{ scenario, profile, signed, generator, log }], { available: false, reason }, startedAtMs),
    stages: [],
    deployments: [],
    samples,
    events: [],
    drill: null,
    blueGreen: null,
    fidelity: [],
    interrupted: false,
  };
}

async function urlPlan(checked: CheckedLoad, url: string): Promise<RunPlan> {
  const { scenario, profile, seconds, options } = checked;
  const { signingKey, signingCertUrl } = options;
  const privateKeyPem = signingKey === undefined ? null : await readKey(signingKey);
  return {
    profile,
    seconds,
    baseUrl: url,
    runId: randomUUID(),
    signing: privateKeyPem && signingCertUrl ? { privateKeyPem, certUrl: signingCertUrl } : null,
    topicArn: options.topicArn ?? LOAD_TOPIC_ARN,
    aws: scenario === 'publish' ? awsOf(url) : null,
  };
}

/** Credentials as every AWS tool takes them from the environment. */
function awsOf(endpoint: string): LoadPlan['aws'] {
  const env = process.env;
  return {
    endpoint,
    region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? 'test',
    secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    sessionToken: env['AWS_SESSION_TOKEN'] ?? null,
  };
}

async function readKey(file: string): Promise<string> {
  const refuse = (message: string): CutoverError =>
    new CutoverError({
      code: 'BAD_FLAG',
      address: '--signing-key',
      message,
      value: file,
      rule: 'a PKCS #8 private RSA key in PEM',
    });
  const pem = await readFile(file, 'utf8').catch((error: Error) => Promise.reject(refuse(error.message)));
  if (!pem.includes('-----BEGIN PRIVATE KEY-----') || !isRsa(pem)) throw refuse('it is no PKCS #8 private key of RSA');
  return pem;
}

function isRsa(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** Runs until k6 ends by itself; ends it at once when the signal aborts. */
export async function runToEnd(
  run: LoadRun,
  deps: Pick<LoadDeps, 'clock' | 'progress' | 'signal'> & { readonly what: string },
): Promise<{ readonly generator: GeneratorRecord } & Pick<RunRecord, 'samples'>> {
  const { clock, signal } = deps;
  const samples: RunRecord['samples'][number][] = [];
  const cores = createCpuMeter(() => [run.pid], clock);
  const machineBusy = createMachineMeter();
  let over = false;
  try {
    await run.firstSent(signal);
    deps.progress(`load: ${deps.what}`);
    void run.ended.then(() => {
      over = true;
    });
    while (!over) {
      samples.push({ atMs: clock.wallNow(), running: {}, generatorCores: await cores(), machineBusy: machineBusy() });
      await clock.sleep(1_000, signal);
    }
    return { generator: await run.finish(), samples };
  } catch (error) {
    await run.abandon();
    throw error;
  }
}
