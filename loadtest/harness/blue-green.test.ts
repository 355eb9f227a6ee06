import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { CutoverError } from '../../local/errors.ts';
import { createClock } from '../../local/run/clock.ts';
import type { BlueGreenStatusEntry } from '../../local/status.ts';
import { FORUM_PROFILES, type Profile } from '../profiles.ts';
import { FORUM } from '../systems.ts';
import { FakePlane } from '../testing/fake-plane.ts';
import { deployment, type ForumChange, threadsStatus } from '../testing/forum-status.ts';
import { type ForumTarget, startForum } from '../testing/forum-target.ts';
import { k6Binary, k6Missing } from '../testing/k6.ts';
import type { BegunDeployment, DeployClient, DeployRequest } from './deploy-client.ts';
import { type RehearseDeps, type RehearseOptions, rehearse } from './rehearse.ts';
import type { RunResult } from './report-files.ts';

const withK6 = k6Binary ? test.serial : test.serial.skip;
if (!k6Binary) test.skip(`k6 scenarios: ${k6Missing}`, (t) => t.fail());

const FOLDER = await mkdtemp(join(tmpdir(), 'cutover-blue-green-test-'));
test.after.always(() => rm(FOLDER, { recursive: true, force: true }));

const KEY = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const SHORT: Profile = {
  ...(FORUM_PROFILES['smoke'] as Profile),
  ratePerSecond: 60,
  // The target answers at once: each user costs more than what it sends here.
  startVirtualUsers: 40,
  warmUpSeconds: 0.5,
  holdSeconds: 0.5,
  steadyTimeoutSeconds: 5,
  mixMaxAgeMs: 100,
  maxSeconds: 30,
};
const OPTIONS: RehearseOptions = {
  systems: [{ system: FORUM, profile: SHORT }],
  from: 'microservices',
  to: 'microservices',
  reportRoot: join(FOLDER, 'reports'),
};
const BEGUN: BegunDeployment = {
  deploymentId: 'd-NEW000001',
  application: 'threadsApp',
  group: 'threadsDG',
  config: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
  blueWaitMinutes: 5,
  alarms: ['forum-5xx'],
};
const sleep = (ms: number): Promise<void> => createClock().sleep(ms);

/** A plane whose deployments do what the test says. */
class Stage {
  readonly plane: FakePlane;
  readonly forum: ForumTarget;
  readonly requests: DeployRequest[] = [];
  readonly calls: string[] = [];
  begin: (request: DeployRequest) => Promise<BegunDeployment> = async () => BEGUN;

  constructor(forum: ForumTarget) {
    this.forum = forum;
    this.plane = new FakePlane(threadsStatus({ url: forum.url }).status, forum, String(KEY));
  }

  become(change: ForumChange): void {
    this.plane.become(threadsStatus({ url: this.forum.url, ...change }).status, 'DEPLOYMENT_CHANGED', 'on it goes');
  }

  /** Resolves after that time, once what the stage has become was read, and so many requests more were answered. */
  async shown(ms: number, requests = 0): Promise<void> {
    const reads = this.plane.reads;
    const enough = this.forum.requests.length + requests;
    await sleep(ms);
    while (this.plane.reads === reads || this.forum.requests.length < enough) await sleep(20);
  }

  deps(): RehearseDeps {
    const client: DeployClient = {
      begin: (request) => {
        this.requests.push(request);
        return this.begin(request);
      },
      stop: async (id) => void this.calls.push(`stop ${id}`),
      fireAlarm: async (name) => void this.calls.push(`alarm ${name}`),
      close: () => void this.calls.push('close'),
    };
    return {
      synth: async (stage) => `dir of ${stage}`,
      startPlane: async () => this.plane,
      deployClient: () => client,
      k6: k6Binary ?? '',
      clock: createClock(),
      progress: () => undefined,
      signal: new AbortController().signal,
    };
  }
}

const verdictOf = (result: RunResult, name: string): string =>
  result.verdict.criteria.find((c) => c.name === name)?.verdict ?? 'excluded';
/** Events in control time; the fake plane's is the wall's, rate 10. */
const event = (name: string, status = 'Succeeded'): BlueGreenStatusEntry['lifecycleEvents'][number] => {
  const now = new Date().toISOString();
  return {
    name,
    status,
    startedAt: now,
    endedAt: now,
    hook: name === 'BeforeAllowTraffic' ? 'h' : null,
    message: null,
  };
};

withK6('a deployment is followed to where blue is gone; answers are told by version', async (t) => {
  await using forum = await startForum();
  const stage = new Stage(forum);
  stage.begin = async () => {
    stage.become({ status: 'InProgress', greenTasks: 2 });
    void (async () => {
      await stage.shown(700);
      const lifecycleEvents = [event('BeforeAllowTraffic'), event('AllowTraffic', 'InProgress')];
      stage.become({ status: 'InProgress', greenTasks: 2, greenPercent: 100, deployment: { lifecycleEvents } });
      forum.version = 'threads/v2';
      await stage.shown(900, 60);
      const ended = [event('BeforeAllowTraffic'), event('AllowTraffic'), event('AfterAllowTraffic')];
      stage.become({ status: 'Succeeded', greenTasks: 2, greenPercent: 100, deployment: { lifecycleEvents: ended } });
      await stage.shown(700);
      stage.become({
        status: 'Succeeded',
        greenTasks: 2,
        blueTasks: 0,
        greenPercent: 100,
        deployment: { lifecycleEvents: ended },
      });
    })();
    return BEGUN;
  };
  const result = await rehearse({ ...OPTIONS, deploy: { service: 'threads', tag: 'v2' } }, stage.deps());
  t.deepEqual(stage.requests, [{ service: 'threads', tag: 'v2' }]);
  const step = result.record.blueGreen;
  t.is(step?.status, 'Succeeded');
  t.is(step?.problem, null);
  t.true((step?.settledAtMs ?? 0) > (step?.startedAtMs ?? 0));
  t.is(step?.taskDefinitionBefore, 'threads:1');
  t.is(step?.taskDefinitionAfter, 'threads:2');
  t.deepEqual(
    step?.readings.map((r) => [r.status, r.greenPercent, r.blueTasks]),
    [
      ['InProgress', 0, 2],
      ['InProgress', 100, 2],
      ['Succeeded', 100, 2],
      ['Succeeded', 100, 0],
    ],
  );
  t.is(verdictOf(result, 'forum-failed-requests'), 'PASS');
  t.true(result.verdict.versions.some((v) => v.version === 'threads/v2' && v.answers > 20));
  t.is(result.verdict.blueGreen?.config, BEGUN.config);
  // Most of the load is on the deployed service.
  const rows = result.record.forum?.requests.rows.length ?? 0;
  const threads = result.verdict.versions.filter((v) => v.version?.startsWith('threads/'));
  t.true(threads.reduce((sum, v) => sum + v.answers, 0) > rows * 0.6);
  t.true(stage.calls.includes('close'));
  const page = await readFile(join(result.reportDir, 'report.html'), 'utf8');
  for (const part of ['Blue/green deployment', 'threads/v2', 'BeforeAllowTraffic', 'Traffic shift'])
    t.true(page.includes(part), part);
});

withK6('a drill is struck when green has traffic, by a canary, and judged by what took it back', async (t) => {
  await using forum = await startForum();
  const stage = new Stage(forum);
  const shifted = { status: 'InProgress', greenTasks: 2, greenPercent: 10 };
  stage.begin = async () => {
    stage.become(shifted);
    void (async () => {
      while (stage.calls.length === 0) await sleep(20);
      const error = { code: 'ALARM_ACTIVE', message: 'an alarm is active' };
      const rollback = deployment({
        status: 'Succeeded',
        deployment: { id: 'd-BACK00001', triggeringDeploymentId: 'd-NEW000001' },
      });
      stage.become({ status: 'Stopped', more: [rollback], deployment: { error } });
    })();
    return BEGUN;
  };
  const drill = { service: 'threads', tag: 'v2', fault: 'alarm' as const };
  const result = await rehearse({ ...OPTIONS, drill }, stage.deps());
  t.deepEqual(stage.requests, [
    { service: 'threads', tag: 'v2', config: 'CodeDeployDefault.ECSCanary10Percent5Minutes' },
  ]);
  t.deepEqual(
    stage.calls.filter((call) => call !== 'close'),
    ['alarm forum-5xx'],
  );
  t.is(result.verdict.blueGreen?.guard, 'alarm');
  t.is(verdictOf(result, 'right-guard'), 'PASS');
  t.is(verdictOf(result, 'rollback-clean'), 'PASS');
  t.is(result.exitCode, 10);
});

withK6('a deployment that never ends is told as such, with what was seen', async (t) => {
  await using forum = await startForum();
  const stage = new Stage(forum);
  stage.begin = async () => {
    stage.become({ status: 'InProgress', greenTasks: 2 });
    return BEGUN;
  };
  const systems = [{ system: FORUM, profile: { ...SHORT, maxSeconds: 4, durationSeconds: 1 } }];
  const result = await rehearse({ ...OPTIONS, systems, deploy: { service: 'threads', tag: 'v2' } }, stage.deps());
  t.is(result.record.blueGreen?.status, 'InProgress');
  t.true(result.record.interrupted || result.record.blueGreen?.problem !== null);
  t.is(result.record.blueGreen?.settledAtMs, null);
  t.not(result.exitCode, 0);
});

withK6('what AWS refuses is a failed deployment; what the user got wrong is refused before', async (t) => {
  await using forum = await startForum();
  const stage = new Stage(forum);
  stage.begin = () => Promise.reject(Object.assign(new Error('no'), { name: 'DeploymentLimitExceededException' }));
  const options = { ...OPTIONS, deploy: { service: 'threads', tag: 'v2' } };
  const result = await rehearse(options, stage.deps());
  t.true(result.verdict.reasons.some((r) => /it was refused: DeploymentLimitExceededException: no/.test(r)));
  t.is(result.exitCode, 10);
  const error = await t.throwsAsync(rehearse({ ...OPTIONS, deploy: { service: 'users', tag: 'v2' } }, stage.deps()), {
    instanceOf: CutoverError,
  });
  t.is(error.code, 'BAD_FLAG');
  t.is(stage.plane.downs, 2);
});

test('a drill and a deployment are two runs', async (t) => {
  await using forum = await startForum();
  const version = { service: 'threads', tag: 'v2' };
  const error = await t.throwsAsync(
    rehearse({ ...OPTIONS, drill: version, deploy: version }, new Stage(forum).deps()),
    {
      instanceOf: CutoverError,
    },
  );
  t.is(error.code, 'BAD_FLAG');
});
